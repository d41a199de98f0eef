"""Hold what the bench knows of a build: a function starts as its template says."""

from pathlib import Path

from pforte.bench.package import read_build

TEMPLATE = """\
Globals:
  Function:
    MemorySize: 512
    Environment: {Variables: {TABLE_NAME: {Ref: Table}}}
Resources:
  ConverseFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ConverseFunction
      Handler: converse.handler.handle
      Environment: {Variables: {OPENBLAS_NUM_THREADS: "1", QUEUE: {Ref: Queue}}}
"""


def test_a_function_starts_with_the_variables_that_its_template_fixes(tmp_path: Path) -> None:
    """A second thread would cost what AWS never sees; what only a stack knows is left out."""
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "ConverseFunction" / "bootstrap").mkdir(parents=True)
    [converse] = read_build(tmp_path).functions.values()
    assert converse.fixed == {"OPENBLAS_NUM_THREADS": "1"}
    assert (converse.room, converse.memory) == ("converse", 512)
