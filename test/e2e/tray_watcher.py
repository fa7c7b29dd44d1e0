"""A desktop's tray, as far as an app sees it: owns org.kde.StatusNotifierWatcher on the session bus, takes the app's item,
and reads and clicks its menu (StatusNotifierItem and com.canonical.dbusmenu, by raw messages: Electron answers no
introspection). One JSON object a line on standard output; commands, one a line, on standard input."""

import json
import sys
import threading

from gi.repository import Gio, GLib

WATCHER = """
<node>
  <interface name="org.kde.StatusNotifierWatcher">
    <method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
    <method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
    <property name="RegisteredStatusNotifierItems" type="as" access="read"/>
    <property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
    <property name="ProtocolVersion" type="i" access="read"/>
    <signal name="StatusNotifierItemRegistered"><arg type="s"/></signal>
  </interface>
</node>
"""
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"

bus = Gio.bus_get_sync(Gio.BusType.SESSION)
items = []


def say(**what):
    print(json.dumps(what), flush=True)


def on_call(_bus, sender, _path, _interface, method, arguments, invocation):
    if method == "RegisterStatusNotifierItem":
        (name,) = arguments.unpack()
        owner, path = (sender, name) if name.startswith("/") else (name, "/StatusNotifierItem")
        items.append((owner, path))
        say(event="registered", item=owner + path)
    invocation.return_value(None)


def on_get(_bus, _sender, _path, _interface, name):
    if name == "RegisteredStatusNotifierItems":
        return GLib.Variant("as", [owner + path for owner, path in items])
    if name == "IsStatusNotifierHostRegistered":
        return GLib.Variant("b", True)
    return GLib.Variant("i", 0)


def call(path, interface, method, arguments):
    owner, _ = items[-1]
    return bus.call_sync(owner, path, interface, method, arguments, None, Gio.DBusCallFlags.NONE, 5000, None)


def item_property(name):
    _, path = items[-1]
    arguments = GLib.Variant("(ss)", (ITEM, name))
    return call(path, "org.freedesktop.DBus.Properties", "Get", arguments).unpack()[0]


def entries():
    path = item_property("Menu")
    _, (_, _, children) = call(path, MENU, "GetLayout", GLib.Variant("(iias)", (0, -1, []))).unpack()
    return path, [{"id": number, **properties} for number, properties, _ in children]


def plain(entry):
    return {key: value for key, value in entry.items() if isinstance(value, (str, int, bool))}


def obey(line):
    command, _, rest = line.strip().partition(" ")
    if command == "menu":
        say(menu=[plain(entry) for entry in entries()[1]])
    elif command == "tooltip":
        say(tooltip=item_property("ToolTip")[2])
    elif command == "icon":
        pixels = item_property("IconPixmap")
        say(icon=sum(sum(data) for _, _, data in pixels), sizes=[width for width, _, _ in pixels])
    elif command == "click":
        path, found = entries()
        chosen = [entry for entry in found if entry.get("label", "").replace("_", "") == rest]
        if not chosen:
            say(error=f"no entry {rest!r} in the menu")
            return
        event = GLib.Variant("(isvu)", (chosen[0]["id"], "clicked", GLib.Variant("i", 0), 0))
        call(path, MENU, "Event", event)
        say(clicked=rest)


def read_commands():
    for line in sys.stdin:
        GLib.idle_add(guarded, line)
    GLib.idle_add(loop.quit)


def guarded(line):
    try:
        obey(line)
    except Exception as error:
        say(error=str(error))


info = Gio.DBusNodeInfo.new_for_xml(WATCHER).interfaces[0]
bus.register_object("/StatusNotifierWatcher", info, on_call, on_get, None)
Gio.bus_own_name_on_connection(
    bus, "org.kde.StatusNotifierWatcher", Gio.BusNameOwnerFlags.NONE, lambda *_: say(event="ready"), None
)
loop = GLib.MainLoop()
threading.Thread(target=read_commands, daemon=True).start()
loop.run()
