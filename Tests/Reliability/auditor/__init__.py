"""An auditor of its own: it reads what three parties wrote down and says where they disagree.

The three are the ledger's database, the upstream's log and the callers' log. It shares no code with the ledger and believes
no sum it finds: prices, folds and holds are worked out again here. `python -m auditor --help`
"""

from .books import Books
from .logs import Logs
from .money import check_money
from .pictures import check_pictures, check_told
from .promises import check_balances, check_grants, check_prefix, check_prices_stay
from .report import Report
from .service import check_service
from .topups import check_topups


def audit(database, upstream=None, clients=None, *, at_rest=False, clock_jumps=False, strict_schema=True, earlier=None,
          pictures=None, keep_seconds=None, now=None):
    """Everything, into one report. Without logs the books are checked by themselves."""
    books, report = Books.read(database), Report()
    replay = check_money(books, report, strict_schema=strict_schema, clock_jumps=clock_jumps)
    check_pictures(books, report, pictures, keep_seconds, now)
    check_topups(books, report)
    if earlier is not None:
        check_prefix(books, earlier, report)
    if clients is not None:
        logs = Logs.read(upstream, clients)
        check_service(books, logs, replay, report, at_rest=at_rest)
        check_grants(books, logs, report)
        check_balances(logs, replay, report)
        check_prices_stay(books, logs, report)
        check_told(books, logs, report)
    return report
