"""What the notebooks import. Each name is loaded when it is first used, so ``import helpers`` costs next to nothing
and works before any package is installed."""

_HOME = {
    "connect": "connection",
    "Foundry": "connection",
    "SettingsError": "connection",
    "token": "auth",
    "decode_token": "auth",
    "Exchange": "exchange",
    "wiretap": "wire",
    "compare": "wire",
    "show_json": "display",
    "show_exchange": "display",
    "show_figure": "display",
    "check": "exercises",
}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError("module 'helpers' has no name '%s'; it has: %s" % (name, ", ".join(__all__)))
    from importlib import import_module

    value = globals()[name] = getattr(import_module("helpers." + _HOME[name]), name)
    return value


def __dir__():
    return __all__
