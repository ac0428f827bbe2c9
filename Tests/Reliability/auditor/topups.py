"""I12 and I13: what was credited for codes and payments, and what was taken back or is owed."""

TRIGGERS = {"codes_end_once", "codes_keep_their_worth", "codes_remain", "orders_keep_their_terms", "orders_remain"}

NANODOLLARS_PER_CENT = 10_000_000


def check_topups(books, report):
    entries = {entry.id: entry for entry in books.entries}
    credited = {}
    for code in books.codes:
        report.check("I13", (code.entry is None) == (code.account is None) == (code.redeemed is None),
                     lambda: f"code {code.id} is half redeemed")
        if code.entry is not None:
            _check_credit(code, f"code_{code.id}", code.entry, entries, credited, report, "I13")
    for order in books.orders:
        report.check("I12", order.amount == order.cents * NANODOLLARS_PER_CENT,
                     lambda: f"order {order.id} is for {order.amount} nanodollars and {order.cents} cents")
        if order.credited is not None:
            _check_credit(order, f"order_{order.id}", order.credited, entries, credited, report, "I12")
        report.check("I12", 0 <= order.taken_back <= (order.amount if order.credited is not None else 0),
                     lambda: f"order {order.id} of {order.amount} has {order.taken_back} taken back")
    for entry in books.entries:
        if entry.kind == "grant" and entry.note.startswith("code_") and entry.note[5:].isdigit():
            report.check("I13", entry.id in credited, lambda: f"entry {entry.id} credits {entry.note}, which names another entry")
    _check_debts(books, report)


def _check_credit(row, name, number, entries, credited, report, rule):
    entry = entries.get(number)
    report.check(rule, number not in credited, lambda: f"{name} and {credited[number]} name the same entry {number}")
    credited[number] = name
    report.check(rule, entry is not None and (entry.kind, entry.note, entry.available, entry.account, entry.book)
                 == ("grant", name, row.amount, row.account, row.book),
                 lambda: f"{name} of {row.amount} for {row.account, row.book} names entry {number}, which is {entry}")


def _check_debts(books, report):
    due, available = {}, {}
    for order in books.orders:
        purse = (order.account, order.book)
        due[purse] = due.get(purse, 0) + order.taken_back
    for entry in books.entries:
        purse = (entry.account, entry.book)
        available[purse] = entry.available_after
        if entry.kind == "refund" or (entry.kind == "grant" and entry.note.startswith("order_") and " returned (" in entry.note):
            due[purse] = due.get(purse, 0) + entry.available
    debts = {(row.account, row.book): row.amount for row in books.debts}
    for purse in set(due) | set(debts):
        report.check("I12", due.get(purse, 0) == debts.get(purse, 0),
                     lambda: f"{purse} owes {debts.get(purse, 0)}, what was paid back and taken leaves {due.get(purse, 0)}")
        report.check("I1", not debts.get(purse) or available.get(purse, 0) == 0,
                     lambda: f"{purse} owes {debts[purse]} and has {available[purse]} available")
