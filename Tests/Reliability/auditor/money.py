"""What the books must say by themselves: I1 to I6, I16, I17, I19."""

from collections import defaultdict
from dataclasses import dataclass

from . import pictures, topups
from .chain import check_chain

CLOSINGS = {"settle": "settled", "release": "released", "provisional": "provisional"}
#: What stands in the database against its own program; a database without them is not the one that was promised.
TRIGGERS = {
    "entries_stay", "entries_remain", "prices_stay", "prices_remain", "epochs_stay", "epochs_remain", "grants_stay",
    "grants_remain", "fold_goes_on", "fold_remains", "balances_remain", "key_terms_stay", "keys_remain", "accounts_remain",
    "chain_goes_on", "chain_stays", "chain_remains",
}


class Replay:
    """The ledger worked out again, entry by entry."""

    def __init__(self, books):
        self.books = books
        self.available, self.held = defaultdict(int), defaultdict(int)
        #: hold -> what stands aside for it now; and what stood aside at its closing.
        self.open, self.amounts = {}, {}
        self.opening, self.closing = {}, {}
        self.spent, self.held_by_key = defaultdict(int), defaultdict(int)
        #: purse -> [(entry, available, held) after each entry], for those who ask what could be seen when.
        self.states = defaultdict(list)
        #: purse -> the last entry that a statement shows.
        self.shown = defaultdict(int)
        #: What was true at the entry up to which the database's own sums go.
        self.folded = None

    def note_fold(self):
        """Remembers how things stand now."""
        self.folded = Folded(dict(self.available), dict(self.held), dict(self.spent), set(self.open), dict(self.shown))


@dataclass
class Folded:
    available: dict
    held: dict
    spent: dict
    open: set
    shown: dict


def check_money(books, report, *, strict_schema=True, clock_jumps=False):
    replay = Replay(books)
    last_epoch = 0
    if books.folded == 0:
        replay.note_fold()
    for index, entry in enumerate(books.entries, 1):
        name = f"entry {entry.id}"
        report.check("I19", entry.id == index, f"{name} stands where entry {index} should")
        report.check("I17", entry.epoch in _epochs(books) and entry.epoch >= last_epoch,
                     lambda: f"{name} is of epoch {entry.epoch}, after epoch {last_epoch}")
        last_epoch = max(last_epoch, entry.epoch)
        check_entry(entry, replay, report, name)
        if entry.kind not in ("grant", "adjust", "refund"):
            check_hold(entry, replay, report, name, clock_jumps)
        if entry.id == books.folded:
            replay.note_fold()
    check_caches(replay, report)
    check_prices(books, report)
    check_schema(books, report, strict_schema)
    check_chain(books, report)
    return replay


def _epochs(books):
    if not hasattr(books, "epoch_set"):
        books.epoch_set = set(books.epochs)
    return books.epoch_set


def check_entry(entry, replay, report, name):
    """I1, I2, I3 and the grants."""
    purse = (entry.account, entry.book)
    total = entry.available + entry.held + entry.revenue + entry.granted + entry.writeoff
    report.check("I2", total == 0, lambda: f"{name} sums to {total}")
    available = replay.available[purse] = replay.available[purse] + entry.available
    held = replay.held[purse] = replay.held[purse] + entry.held
    report.check("I1", available >= 0 and held >= 0, lambda: f"after {name} account {purse} has {available} available, {held} held")
    report.check("I3", (entry.available_after, entry.held_after) == (available, held),
                 lambda: f"{name} says {entry.available_after} available, {entry.held_after} held; the fold gives {available}, {held}")
    replay.states[purse].append((entry.id, available, held))
    report.check("I19", entry.previous == replay.shown[purse],
                 lambda: f"{name} names entry {entry.previous} as the last one shown of {purse}, it is {replay.shown[purse]}")
    if entry.kind not in ("hold", "extend"):
        replay.shown[purse] = entry.id
    if entry.kind in ("adjust", "refund"):
        report.check("I5", entry.hold is None and entry.available < 0 and entry.granted == -entry.available and entry.held == 0,
                     lambda: f"{name} takes out {entry.granted}, makes {entry.available} available, names hold {entry.hold}")
    if entry.kind == "grant":
        report.check("I5", entry.hold is None and entry.available > 0 and entry.granted == -entry.available and entry.held == 0,
                     lambda: f"{name} grants {entry.granted}, makes {entry.available} available, names hold {entry.hold}")


def check_hold(entry, replay, report, name, clock_jumps):
    """I4, I5, I6 and I16 for an entry of a hold."""
    books = replay.books
    hold = books.holds.get(entry.hold)
    if not report.check("I5", hold is not None, lambda: f"{name} ({entry.kind}) names hold {entry.hold}, which is not there"):
        return
    purse = (hold.account, hold.book)
    owner = books.keys.get(hold.key)
    report.check("I5", purse == (entry.account, entry.book) and hold.key == entry.key and owner is not None
                 and purse == (owner.account, owner.book),
                 lambda: f"{name} moves money of {entry.account, entry.book}, hold {hold.id} is of {purse}, key {hold.key}")
    if entry.kind == "hold":
        report.check("I5", hold.id not in replay.opening, lambda: f"{name} opens hold {hold.id} a second time")
        report.check("I17", hold.epoch == entry.epoch, lambda: f"{name} is of epoch {entry.epoch}, hold {hold.id} of {hold.epoch}")
        replay.opening[hold.id], replay.open[hold.id] = entry, 0
        check_price_pinned(hold, books, report, clock_jumps)
    if entry.kind in ("hold", "extend"):
        report.check("I4", entry.held >= 0 and entry.available == -entry.held and hold.id in replay.open,
                     lambda: f"{name} takes {-entry.available} for hold {hold.id} and sets {entry.held} aside")
        replay.open[hold.id] = replay.open.get(hold.id, 0) + entry.held
        replay.held_by_key[hold.key] += entry.held
    elif report.check("I5", entry.kind in CLOSINGS, lambda: f"{name} is a {entry.kind}, which nobody knows"):
        check_closing(entry, hold, replay, report, name)


def check_closing(entry, hold, replay, report, name):
    books = replay.books
    if not report.check("I5", hold.id in replay.open and hold.id not in replay.closing,
                        lambda: f"{name} closes hold {hold.id}, which was "
                        + (f"closed by entry {replay.closing[hold.id].id}" if hold.id in replay.closing else "never opened")):
        return
    amount = replay.amounts[hold.id] = replay.open.pop(hold.id)
    replay.closing[hold.id] = entry
    replay.held_by_key[hold.key] -= amount
    report.check("I5", CLOSINGS[entry.kind] == hold.state, lambda: f"{name} is a {entry.kind}, hold {hold.id} is {hold.state}")
    report.check("I4", -entry.held == amount, lambda: f"{name} frees {-entry.held}, but hold {hold.id} had {amount} aside")
    report.check("I4", hold.amount == amount, lambda: f"hold {hold.id} says {hold.amount}, its entries set {amount} aside")
    paid = amount - entry.available
    replay.spent[hold.key] += paid
    report.check("I6", hold.charge == paid, lambda: f"hold {hold.id} says it cost {hold.charge}, {name} took {paid}")
    before = entry.available_after - entry.available
    report.check("I6", 0 <= paid <= amount + before, lambda: f"{name} takes {paid}; {amount} were aside and {before} available")
    check_charge(entry, hold, amount, paid, replay, report, name)


def check_charge(entry, hold, amount, paid, replay, report, name):
    """I6: the price of the usage, worked out again; what is not paid is written off, and only when nobody can pay it."""
    books, lost = replay.books, -entry.writeoff
    if hold.price not in books.prices:
        report.check("I16", False, f"hold {hold.id} is at price {hold.price}, which is not there")
        return
    usage = (hold.prompt_tokens, hold.cached_tokens, hold.completion_tokens)
    if entry.kind == "release":
        report.check("I6", paid == 0 and lost == 0 and usage == (None, None, None),
                     lambda: f"{name} releases hold {hold.id}, yet takes {paid}, loses {lost}, for usage {usage}")
        return
    if not report.check("I6", None not in usage, lambda: f"{name} charges hold {hold.id} without a usage"):
        return
    cost = books.cost(hold.price, *usage)
    if entry.kind == "provisional":
        report.check("I6", (paid, lost) == (min(cost, amount), 0),
                     lambda: f"{name} takes {paid} and loses {lost}; the checkpoint costs {cost}, {amount} were aside")
        return
    report.check("I6", paid + lost == cost and lost >= 0,
                 lambda: f"{name} takes {paid} and writes off {lost}, but {usage} costs {cost} at price {hold.price}")
    limit = books.keys[hold.key].spending_limit if hold.key in books.keys else None
    spent_out = limit is not None and limit <= replay.spent[hold.key] + replay.held_by_key[hold.key]
    report.check("I6", lost == 0 or entry.available_after == 0 or spent_out,
                 lambda: f"{name} writes off {lost} while {entry.available_after} is available")
    report.check("I6", paid <= amount or hold.prompt_tokens > hold.input_fair_tokens,
                 lambda: f"{name} takes {paid} from a hold of {amount}, though no more was used than it was taken for")


def check_price_pinned(hold, books, report, clock_jumps):
    """I16: the newest version of the model's price when the hold was opened."""
    if clock_jumps:
        return
    versions = [row.id for row in books.prices.values() if row.model == hold.model and row.since <= hold.opened]
    report.check("I16", bool(versions) and hold.price == max(versions),
                 lambda: f"hold {hold.id} of {hold.model} is at price {hold.price}; those in force were {sorted(versions)}")


def check_caches(replay, report):
    """I3, I4 and I5 over the finished fold: the sums that the database keeps are as of one entry, the open holds as of the last."""
    books, folded = replay.books, replay.folded
    if report.check("I3", folded is not None, lambda: f"the sums are as of entry {books.folded}, there are {len(books.entries)}"):
        for purse in folded.available.keys() | books.balances.keys():
            row = books.balances.get(purse)
            shown = (row.available, row.held, row.last_shown) if row else (0, 0, 0)
            fold = (folded.available.get(purse, 0), folded.held.get(purse, 0), folded.shown.get(purse, 0))
            report.check("I3", shown == fold, lambda: f"account {purse} is said to have {shown}, the entries give {fold}")
            report.check("I1", min(shown) >= 0, lambda: f"account {purse} has {shown}")
        for key in books.keys.values():
            spent = folded.spent.get(key.id, 0)
            report.check("I3", key.spent == spent, lambda: f"key {key.id} is said to have spent {key.spent}, its charges come to {spent}")
        report.check("I4", books.open_holds == folded.open,
                     lambda: f"listed as open are {sorted(books.open_holds)}, by the entries {sorted(folded.open)}")
    for purse, held in replay.held.items():
        standing = sum(amount for hold, amount in replay.open.items()
                       if hold in books.holds and (books.holds[hold].account, books.holds[hold].book) == purse)
        report.check("I4", held == standing, lambda: f"account {purse} holds {held}, its open holds come to {standing}")
    for hold, amount in replay.open.items():
        report.check("I4", hold not in books.holds or books.holds[hold].amount == amount,
                     lambda: f"hold {hold} says {books.holds[hold].amount}, its entries set {amount} aside")
    for hold in books.holds.values():
        report.check("I5", hold.id in replay.opening, lambda: f"hold {hold.id} has no entry that opens it")
        report.check("I5", (hold.state == "dispatched") == (hold.id not in replay.closing),
                     lambda: f"hold {hold.id} is {hold.state}, but "
                     + (f"entry {replay.closing[hold.id].id} closes it" if hold.id in replay.closing else "no entry closes it"))


def check_prices(books, report):
    for row in books.prices.values():
        report.check("I16", min(row.input, row.output, row.cached_input or 0) >= 0, lambda: f"price {row.id} is below zero")


def check_schema(books, report, strict):
    if strict:
        missing = (TRIGGERS | pictures.TRIGGERS | topups.TRIGGERS) - books.triggers
        report.check("I19", not missing, lambda: f"the database does not refuse changes any more: no {', '.join(sorted(missing))}")
