"""Name who writes first at each messenger, on the phones' page and by `pforte phone`."""

FIRST_CUSTOMERS = {
    # A number that the regulator keeps free for film and print.
    "whatsapp": "4917604069001",
    # More than 32 bits hold.
    "telegram": "7000000001",
    "messenger": "5200000000000001",
    "instagram": "5300000000000001",
    "email": "erika@example.org",
}
