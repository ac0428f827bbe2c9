import pathlib
import resource

import pytest

import minitoolai
from minitoolai import Server, configuration
from sdk import client
from upstream import Upstream

# A thousand clients are a thousand sockets, here and in the server.
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))


def pytest_report_header():
    return f"server: {minitoolai.BINARY}"


def pytest_collection_modifyitems(session):
    if not pathlib.Path(minitoolai.BINARY).exists():
        raise pytest.UsageError(f"{minitoolai.BINARY} is not built; run make test, or set MINITOOLAI to a binary")


@pytest.fixture(scope="session")
def upstream():
    upstream = Upstream()
    yield upstream
    upstream.close()


@pytest.fixture(scope="module")
def configured(request, upstream):
    """The module's configuration: its SCRIPTS are engines and models of those names; CONFIGURATION(upstream) adds to it."""
    more = getattr(request.module, "CONFIGURATION", lambda upstream: {})
    return configuration(upstream, scripts=getattr(request.module, "SCRIPTS", ()), **more(upstream))


@pytest.fixture(scope="module")
def server(tmp_path_factory, configured):
    """One server for all tests of a module; at the end its ledger must agree and it must go when asked."""
    server = Server(tmp_path_factory.mktemp("server"), configured).start()
    yield server
    if server.process:
        server.verify()
        assert server.stop() == 0
    server.verify()


@pytest.fixture
def fresh(tmp_path, configured):
    """A server of one's own, not yet started."""
    server = Server(tmp_path, configured)
    yield server
    server.kill()


@pytest.fixture(scope="module")
def live(server):
    """A customer with live money, whom the scripted upstream answers."""
    return server.customer(live="5.00")


@pytest.fixture(scope="module")
def tester(server):
    """A customer with test money, whom the sandbox answers."""
    return server.customer(test="5.00", test_key=True)


@pytest.fixture(scope="module")
def sdk(server, tester):
    """OpenAI's own client with a test key: the sandbox answers."""
    return client(server, tester.key)


@pytest.fixture(scope="module")
def sdk_live(server, live):
    return client(server, live.key)


@pytest.fixture
def costs_nothing(live, upstream):
    """Whatever the test sends, money and engines never hear of it."""
    before, asked = live.purse, len(upstream.asked())
    yield
    assert live.purse == before
    assert live.held == 0
    assert len(upstream.asked()) == asked
