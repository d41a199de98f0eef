"""Show how the house is built from the environment, and how errors become HTTP."""

import json
import logging
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from aws.actions import LambdaActions, NoActions
from aws.http_actions import HttpActions
from bootstrap.house import House
from bootstrap.http import as_gateway, explain_errors, problem_of
from bootstrap.logs import set_up_logging
from bootstrap.problems import problem
from bootstrap.settings import ACTION_SERVER, Settings
from conversation.errors import Conflict, RequestError, TooLarge, Unauthorized, Unavailable

ENVIRONMENT = {
    "TABLE_NAME": "table",
    "BUCKET_NAME": "bucket",
    "INBOUND_QUEUE_URL": "https://queue.example/in",
    "PARAMETER_PREFIX": "/pforte/test",
    "FIRST_REPLY_TARGET_MINUTES": "",
    "AWS_SECRET_ACCESS_KEY": "very secret",
}
FUNCTIONS = Path(__file__).parents[2] / "functions"


class TestSettings:
    def test_empty_target_means_that_no_time_is_promised(self) -> None:
        """The template passes an empty text where ops set no target."""
        assert Settings.read(ENVIRONMENT).first_reply_minutes is None
        found = Settings.read({**ENVIRONMENT, "FIRST_REPLY_TARGET_MINUTES": "30"})
        assert found.first_reply_minutes == 30

    def test_missing_variable_is_named_and_nothing_is_leaked(self) -> None:
        """A function that was deployed wrongly says which variable it lacks, and no secret."""
        with pytest.raises(ValidationError) as caught:
            Settings.read({**ENVIRONMENT, "TABLE_NAME": ""})
        assert "TABLE_NAME" in str(caught.value)
        assert "very secret" not in str(caught.value)


class TestHouse:
    def test_parts_are_built_once_and_nothing_connects_before(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A function pays only for the clients that it uses."""
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        house = House(Settings.read(ENVIRONMENT))
        assert set(vars(house)) == {"settings", "random"}
        assert house.table is house.table
        assert house.inbound is house.inbound
        assert set(vars(house)) == {"settings", "random", "table", "inbound", "_sqs"}

    def test_time_is_in_milliseconds_and_marks_are_new(self) -> None:
        """Every write bears a mark of its own; every time has the same unit."""
        house = House(Settings.read(ENVIRONMENT))
        assert house.clock() > 1_700_000_000_000
        assert len({house.writer() for _ in range(100)}) == 100

    def test_missing_bot_is_said_with_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without its layers, converse does not start half."""
        import_module("dialogue.rasa_bot")  # found no more with an empty path
        monkeypatch.setattr(sys, "path", [])
        with pytest.raises(FileNotFoundError, match="make build"):
            _ = House(Settings.read(ENVIRONMENT)).bot

    def test_bot_is_found_where_its_layers_lie(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """Each layer is a package beside the others; a variable may name a trained bot instead."""
        loaded: list[tuple[Path, ...]] = []
        monkeypatch.setattr("dialogue.rasa_bot.load", lambda *given: loaded.append(given))
        monkeypatch.setattr("dialogue.voice.load_voice", lambda *given: loaded.append(given))
        (tmp_path / "one" / "trained_bot").mkdir(parents=True)
        (tmp_path / "other" / "trained_model").mkdir(parents=True)
        monkeypatch.setattr(
            sys, "path", ["/nowhere", str(tmp_path / "one"), str(tmp_path / "other")]
        )
        house = House(Settings.read(ENVIRONMENT))
        assert [house.bot, house.voice] == [None, None]
        elsewhere = House(Settings.read({**ENVIRONMENT, "BOT_DIR": "/opt/bot"}))
        assert [elsewhere.bot, elsewhere.voice] == [None, None]
        bot, model = tmp_path / "one" / "trained_bot", tmp_path / "other" / "trained_model"
        assert loaded == [(bot, model), (bot,), (Path("/opt/bot"),), (Path("/opt/bot"),)]

    def test_actions_run_where_the_bot_says(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """On the server that the bot names, else in the function that the template names."""
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        environment = {**ENVIRONMENT, "BOT_DIR": str(tmp_path)}
        assert isinstance(House(Settings.read(environment)).actions, NoActions)
        environment["ACTION_FUNCTION"] = "actions"
        assert isinstance(House(Settings.read(environment)).actions, LambdaActions)
        server = {"url": "https://actions.example/webhook", "domain": {}}
        (tmp_path / ACTION_SERVER).write_text(json.dumps(server))
        environment["ACTION_SERVER_TOKEN_PARAMETER"] = "/where/it/is"
        assert isinstance(House(Settings.read(environment)).actions, HttpActions)

    def test_only_those_who_classify_load_numpy(self) -> None:
        """What one function needs does not slow the start of the others."""
        code = (
            "import sys, bootstrap.house, bootstrap.problems;"
            "print([name for name in ('numpy', 'httpx', 'boto3', 'aws_lambda_powertools',"
            " 'dialogue', 'nlu') if name in sys.modules])"
        )
        loaded = subprocess.run(
            [sys.executable, "-c", code], cwd=FUNCTIONS, capture_output=True, text=True, check=True
        )
        assert loaded.stdout.strip() == "[]"


class TestLogs:
    def test_requests_are_never_logged(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Telegram's token stands in the URL, which httpx would log."""
        monkeypatch.setattr(logging.getLogger(), "level", logging.WARNING)
        set_up_logging()
        assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
        assert logging.getLogger("converse").isEnabledFor(logging.INFO)

    def test_lines_are_json_with_their_ids_where_lambda_brings_no_handler(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The emulator's logs can be read by the same tools as Lambda's."""
        monkeypatch.setattr(logging.getLogger(), "handlers", [])
        monkeypatch.setattr(logging.getLogger(), "level", logging.WARNING)
        set_up_logging()
        logging.getLogger("converse").info("turn committed", extra={"conversation": "c1"})
        line = json.loads(capsys.readouterr().err)
        assert (line["message"], line["conversation"], line["level"]) == (
            "turn committed",
            "c1",
            "INFO",
        )


class TestProblems:
    @pytest.mark.parametrize(
        ("error", "status"),
        [(Unauthorized("No."), 401), (TooLarge("No."), 413), (Conflict("No."), 409)],
    )
    def test_error_of_the_caller_has_its_status(self, error: RequestError, status: int) -> None:
        """An error becomes HTTP by its type, in the form of RFC 9457."""
        answer = problem(error)
        assert answer["statusCode"] == status
        assert answer["headers"]["Content-Type"] == "application/problem+json"
        assert json.loads(answer["body"]) == {
            "type": "about:blank",
            "title": error.title,
            "status": status,
            "detail": "No.",
        }

    def test_outage_says_when_to_come_again_and_nothing_of_our_inside(self) -> None:
        """A messenger repeats after a 503; what exactly was down is our business."""
        answer = problem(Unavailable("PutItem: ThrottlingException"))
        assert answer["statusCode"] == 503
        assert answer["headers"]["Retry-After"]
        assert "PutItem" not in answer["body"]

    def test_routes_answer_errors_as_problems(self) -> None:
        """Whatever a route raises on purpose, or the resolver finds, is a problem."""
        app = APIGatewayHttpResolver(enable_validation=True)
        explain_errors(app)

        @app.get("/claimed")
        def claimed() -> dict[str, str]:
            raise Conflict("Somebody was faster.")

        @app.get("/busy")
        def busy() -> dict[str, str]:
            raise Unavailable

        @app.get("/number")
        def number(n: int) -> dict[str, int]:
            return {"n": n}

        def status(path: str, **query: str) -> tuple[int, str]:
            event = {
                "version": "2.0",
                "rawPath": path,
                "rawQueryString": "",
                "queryStringParameters": query,
                "headers": {},
                "requestContext": {"http": {"method": "GET", "path": path}, "stage": "$default"},
            }
            answer = app.resolve(event, LambdaContext())
            body: str = answer["body"]
            assert answer["headers"]["Content-Type"] == "application/problem+json"
            return answer["statusCode"], json.loads(body)["detail"]

        assert status("/claimed") == (409, "Somebody was faster.")
        assert status("/busy")[0] == 503
        assert status("/nowhere")[0] == 404
        assert status("/number", n="secret") == (
            400,
            "This is not what the address takes: query.n (int_parsing).",
        )

    def test_response_can_be_answered_without_a_resolver(self) -> None:
        """What is refused before parsing looks like everything else."""
        assert as_gateway(problem_of(TooLarge("No."))) == problem(TooLarge("No."))
