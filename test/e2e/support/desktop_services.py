"""What a desktop offers an app on the session bus. A tray: owns org.kde.StatusNotifierWatcher, takes the app's item, and
reads and clicks its menu (StatusNotifierItem and com.canonical.dbusmenu, by raw messages: Electron answers no
introspection). Notifications: owns org.freedesktop.Notifications, and keeps what was shown. One JSON object a line on
standard output; commands, one a line, on standard input."""

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
NOTIFICATIONS = """
<node>
  <interface name="org.freedesktop.Notifications">
    <method name="GetCapabilities"><arg type="as" direction="out"/></method>
    <method name="GetServerInformation">
      <arg type="s" direction="out"/><arg type="s" direction="out"/>
      <arg type="s" direction="out"/><arg type="s" direction="out"/>
    </method>
    <method name="Notify">
      <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
      <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/>
    </method>
    <method name="CloseNotification"><arg type="u" direction="in"/></method>
    <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
  </interface>
</node>
"""
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
NOTIFICATIONS_PATH = "/org/freedesktop/Notifications"

bus = Gio.bus_get_sync(Gio.BusType.SESSION)
items = []
shown = []


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


def on_notification_call(_bus, _sender, _path, _interface, method, arguments, invocation):
    if method == "Notify":
        _app, _replaces, _icon, title, body, _actions, _hints, _expires = arguments.unpack()
        shown.append({"title": title, "body": body})
        invocation.return_value(GLib.Variant("(u)", (len(shown),)))
    elif method == "GetCapabilities":
        invocation.return_value(GLib.Variant("(as)", (["body", "actions"],)))
    elif method == "GetServerInformation":
        invocation.return_value(GLib.Variant("(ssss)", ("e2e", "homing", "1", "1.2")))
    else:
        invocation.return_value(None)


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
    elif command == "notifications":
        say(notifications=shown)
    elif command == "press-notification":
        number = GLib.Variant("(us)", (len(shown), "default"))
        bus.emit_signal(None, NOTIFICATIONS_PATH, "org.freedesktop.Notifications", "ActionInvoked", number)
        say(pressed=len(shown))
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


def own(name, ready):
    Gio.bus_own_name_on_connection(bus, name, Gio.BusNameOwnerFlags.NONE, ready, None)


watcher = Gio.DBusNodeInfo.new_for_xml(WATCHER).interfaces[0]
bus.register_object("/StatusNotifierWatcher", watcher, on_call, on_get, None)
notifications = Gio.DBusNodeInfo.new_for_xml(NOTIFICATIONS).interfaces[0]
bus.register_object(NOTIFICATIONS_PATH, notifications, on_notification_call, None, None)
own("org.freedesktop.Notifications", lambda *_: own("org.kde.StatusNotifierWatcher", lambda *_: say(event="ready")))
loop = GLib.MainLoop()
threading.Thread(target=read_commands, daemon=True).start()
loop.run()
