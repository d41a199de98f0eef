"""Messages as many different people write them, and what each means as a whole.

Written before anything was tuned on them, never taught to the bot, never changed to fit.
"""

GREETED = {
    "Hallo, wann haben Sie am Samstag geöffnet?": "opening_hours",
    "Guten Tag, ich würde gern meinen Zählerstand durchgeben.": "submit_meter_reading",
    "moin moin, bei uns is der strom weg": "report_outage",
    "Sehr geehrte Damen und Herren, hiermit kündige ich meinen Stromvertrag.": "cancel_contract",
    "hi ich komm nicht ins portal rein": "portal_login",
    "Servus beinand, i möcht mein Abschlag ändern": "change_instalment",
    "Liebes Team, ich ziehe zum 1. Mai um.": "move_house",
    "Hello there, could you send me a copy of my last invoice?": "ask_invoice_copy",
    "good morning, what time do you close today": "opening_hours",
    "Dear Sir or Madam, I wish to cancel my electricity contract.": "cancel_contract",
    "hey can i pay in instalments this month i'm short of money": "payment_problem",
    "Hi team! My bank account has changed, where do I enter the new IBAN?": "change_bank_details",
}
"""A greeting does not hide the request."""

TWO = {
    "Ich möchte meinen Zählerstand melden. Und wann haben Sie morgen geöffnet?": {
        "submit_meter_reading",
        "opening_hours",
    },
    "Bitte ändern Sie meinen Abschlag auf 80 Euro und schicken Sie mir die letzte Rechnung noch"
    " mal zu.": {"change_instalment", "ask_invoice_copy"},
    "wir ziehen nächsten monat um und außerdem hab ich eine neue bankverbindung": {
        "move_house",
        "change_bank_details",
    },
    "Mein Passwort fürs Portal geht nicht mehr. Außerdem möchte ich den Abschlag senken.": {
        "portal_login",
        "change_instalment",
    },
    "hallo, der zähler steht bei 4711, und wie lange läuft eigentlich mein vertrag noch?": {
        "submit_meter_reading",
        "contract_status",
    },
    "Wie ist Ihre Telefonnummer? Und haben Sie am Samstag auf?": {
        "contact_channels",
        "opening_hours",
    },
    "Erstens: meine E-Mail-Adresse hat sich geändert. Zweitens: ich brauche die Rechnung vom"
    " letzten Jahr als PDF.": {"change_contact_details", "ask_invoice_copy"},
    "Ich brauche einen Termin mit dem Techniker, und löschen Sie bitte alle meine Daten.": {
        "book_technician",
        "erase_my_data",
    },
    "Was kostet Ökostrom bei Ihnen? Außerdem wüsste ich gern, welche Daten Sie von mir"
    " speichern.": {"tariff_info", "privacy_info"},
    "zaelerstand is 4711 und wann komt die rechnung": {
        "submit_meter_reading",
        "ask_invoice_copy",
    },
    "neue iban hab ich auch, und die rechnung versteh ich übrigens nicht": {
        "change_bank_details",
        "explain_invoice",
    },
    "Where do I submit my meter reading? And when are you open on Saturday?": {
        "submit_meter_reading",
        "opening_hours",
    },
    "I'd like to lower my monthly payment. Also, please send me last year's bill again.": {
        "change_instalment",
        "ask_invoice_copy",
    },
    "we're moving house next month and i also have a new bank account": {
        "move_house",
        "change_bank_details",
    },
    "I can't log in to the portal, and I need to change my email address.": {
        "portal_login",
        "change_contact_details",
    },
    "When does my contract end? What tariffs do you offer for heat pumps?": {
        "contract_status",
        "tariff_info",
    },
    "What's your phone number? Also I want to report a power cut in my street.": {
        "contact_channels",
        "report_outage",
    },
    "please delete my data and cancel my contract": {"erase_my_data", "cancel_contract"},
    "Hi, my meter reads 55120. And can a technician come on Friday?": {
        "submit_meter_reading",
        "book_technician",
    },
}
"""Of two requests both are seen."""

ONE = {
    "Danke für die schnelle Antwort! Wie lange läuft mein Vertrag noch?": "contract_status",
    "Ja genau. Ich will den Abschlag ändern.": "change_instalment",
    "ok super danke, dann noch was: wann habt ihr offen?": "opening_hours",
    "Ich komme nicht ins Kundenportal. Das Passwort wird nicht angenommen.": "portal_login",
    "Der Strom ist weg! Im ganzen Haus geht kein Licht mehr!": "report_outage",
    "Ich möchte umziehen. Der Umzug ist am 1. Juni in die Bergstraße 4.": "move_house",
    "Bitte schicken Sie mir die Rechnung noch einmal. Vielen Dank und einen schönen Tag!": (
        "ask_invoice_copy"
    ),
    "Wie sind Ihre Öffnungszeiten? Tschüss!": "opening_hours",
    "Thanks a lot! One more thing, how do I change my bank details?": "change_bank_details",
    "Yes. I want to submit my meter reading.": "submit_meter_reading",
    "No internet since this morning. The router is blinking red.": "report_outage",
    "Please send me a copy of my invoice. Thank you and have a nice day!": "ask_invoice_copy",
    "I forgot my password, I can't get into my account.": "portal_login",
    "Könnte ich bitte mit einem Mitarbeiter sprechen, der Bot hilft mir nicht weiter.": (
        "talk_to_human"
    ),
}
"""What stands beside a request, or says it again, is no second one."""

TURNED_DOWN = (
    "nicht kündigen, nur fragen",
    "Ich möchte nicht kündigen.",
    "ich will den Vertrag gar nicht kündigen",
    "Ich habe nicht vor umzuziehen.",
    "Bitte ändern Sie meinen Abschlag nicht!",
    "Ich möchte meine Daten nicht löschen lassen",
    "Wir ziehen doch nicht um",
    "ich will keinen Termin mit einem Techniker",
    "I don't want to cancel",
    "I do not want to move",
    "please do not change my monthly instalment",
    "I never said I wanted to cancel my contract",
    "don't delete my data",
    "I'm not moving house",
    "no technician appointment needed",
)
"""A negation that examples of the intent don't have is asked back."""

NEGATED = {
    "Internet geht nicht": "report_outage",
    "Strom ist nicht da": "report_outage",
    "habe keine Rechnung bekommen": "ask_invoice_copy",
    "komme nicht in mein Konto": "portal_login",
    "Ich verstehe die Rechnung nicht": "explain_invoice",
    "bei mir kommt kein wasser aus der leitung": "report_outage",
    "Die Rechnung stimmt nicht": "explain_invoice",
    "ich kann die rechnung nicht bezahlen": "payment_problem",
    "Der Code zum Zurücksetzen kommt nicht an": "portal_login",
    "nein das meine ich nicht": "deny",
    "my bill isn't right": "explain_invoice",
    "there is no electricity in our building": "report_outage",
    "I can't log in": "portal_login",
    "I haven't received my invoice": "ask_invoice_copy",
    "the internet is not working": "report_outage",
    "I don't understand my bill": "explain_invoice",
    "I can't pay the bill this month": "payment_problem",
    "don't want to talk to a machine, give me a human": "talk_to_human",
}
"""A negation that belongs to the request stays what it is."""

RAMBLING = {
    "Also guten Tag erst einmal, ich bin schon seit über dreißig Jahren bei Ihnen Kundin, schon"
    " meine Eltern waren es, und bisher war ich eigentlich immer ganz zufrieden. Mein Mann hat"
    " sich früher um alles gekümmert, aber der ist ja nun im Heim, und mit dem Computer kenne ich"
    " mich nicht so aus. Meine Enkelin hat mir das Handy eingerichtet. Das Wetter ist ja auch"
    " schrecklich zurzeit. Nun zu meiner Sache: Ich möchte bitte meinen Zählerstand durchgeben.": (
        "submit_meter_reading"
    ),
    "hallo zusammen ich hoffe ich bin hier richtig, meine nachbarin hat mir den link geschickt und"
    " gesagt man kann hier jetzt auch schreiben statt anzurufen, das find ich ja ne gute idee weil"
    " am telefon hängt man immer ewig. ich arbeite im schichtdienst und komm sonst nie dazu. also"
    " worum es geht ist folgendes. wir ziehen zum monatsende um.": "move_house",
    "Gestern war ich in der Stadt und wollte eigentlich bei Ihnen vorbeischauen. Dann kam aber der"
    " Bus nicht, und als ich endlich ankam, war alles dunkel. Ich stand also vor verschlossener"
    " Tür, was mich doch sehr gewundert hat. Eine Dame auf der Straße wusste auch nichts. Können"
    " Sie mir sagen, wann Ihr Kundenzentrum geöffnet hat?": "opening_hours",
    "so jetzt hab ich endlich mal zeit zu schreiben. erst war der kleine krank, dann war die kita"
    " zu, dann musste ich die steuer machen. ihr kennt das ja sicher. jedenfalls lag der brief"
    " jetzt drei wochen auf dem küchentisch und mein freund meinte ich soll das mal angehen. ich"
    " will den vertrag bei euch kündigen.": "cancel_contract",
    "Ich schreibe Ihnen heute zum ersten Mal auf diesem Weg. Mein Sohn meinte, das ginge schneller."
    " Ich habe in den letzten Wochen viel um die Ohren gehabt. Wir haben das Bad renoviert. Die"
    " Handwerker waren sehr nett. Das Konto bei der alten Bank habe ich aufgelöst. Wie kann ich"
    " Ihnen meine neue Bankverbindung mitteilen?": "change_bank_details",
    "Good afternoon, I hope you are all well. I have been a customer for about twelve years now and"
    " I must say I was always happy. Last week my daughter came to visit with the grandchildren and"
    " we had a lovely time at the lake. While tidying up afterwards I found a card from you behind"
    " the bread bin. So, what I wanted to ask: where do I enter my meter reading?": (
        "submit_meter_reading"
    ),
    "ok so this is a bit of a long story sorry in advance. i started a new job in march and"
    " the commute is killing me. my girlfriend found a place near the station and we signed"
    " yesterday which is amazing. anyway there's a lot to organise as you can imagine, parking,"
    " school, all that. we are moving house on the first of june.": "move_house",
    "I work nights so I never manage to call during the day. My flatmate used to deal with these"
    " things but he left for Spain in spring. There is a huge pile of letters on the kitchen table"
    " and I am working through it one by one. Some of them are really old. I can't log in to the"
    " customer portal any more.": "portal_login",
    "First of all let me say that the lady on the phone last month was really kind. She explained"
    " everything to me twice. My hearing is not what it was. I am 81 and live on the third floor."
    " The stairs are a nuisance. My son says I use very little power. I would like to lower my"
    " monthly instalment.": "change_instalment",
}
"""In a long message the point at the end counts."""

SAME_BUT_FOR_DIGITS = (
    ("Zählerstand 48213", "Zählerstand 9"),
    ("mein zähler nr 1EMH0098 steht auf 15.677 kwh", "mein zähler nr 7EMH4411 steht auf 2.301 kwh"),
    ("Abschlag bitte auf 95 Euro ändern", "Abschlag bitte auf 120 Euro ändern"),
    ("wir ziehen am 1.8. um", "wir ziehen am 30.11. um"),
    ("my meter reads 55120", "my meter reads 7"),
    ("change my instalment to 80 euros please", "change my instalment to 145 euros please"),
)
"""Digits don't make two messages different."""

NO_PERSON_WANTED = (
    "Sind Sie ein Mensch?",
    "are you human?",
    "Schreibe ich hier mit einem echten Menschen?",
    "Is this a bot or a real person?",
    "Dear customer service team,",
    "Sehr geehrtes Kundenservice-Team,",
    "Hallo liebes Service Team, wann haben Sie geöffnet?",
    "Dear customer service, when are you open?",
)
"""Whoever asks what this is, or greets the team, does not ask for a person."""
