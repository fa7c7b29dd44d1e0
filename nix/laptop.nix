# services.homing: the helper, the app and the command line on a laptop.
{ homingFor }:
{ config, lib, pkgs, ... }:

let
  cfg = config.services.homing;

  # A user of NixOS may have no number of their own in the configuration.
  start = pkgs.writeShellScript "homing-helper-for-${cfg.user}" ''
    exec ${cfg.package}/bin/homing-helper --uid "$(${pkgs.coreutils}/bin/id -u ${cfg.user})"
  '';

  # While a tunnel is up there is a journal, and Homing's block in the hosts file. Activating a configuration writes the
  # hosts file again without the block; the next helper takes the tunnel over and puts the names back. A disconnect takes
  # both away, one after the other: it has ended after the pause.
  names = pkgs.writeShellScript "homing-names" ''
    ${pkgs.coreutils}/bin/sleep 2
    [ -e /run/homing/journal.json ] || exit 0
    ${pkgs.gnugrep}/bin/grep -q '^# BEGIN homing' /etc/hosts && exit 0
    exec ${pkgs.systemd}/bin/systemctl kill --signal=SIGKILL homing-helper.service
  '';
in
{
  options.services.homing = {
    enable = lib.mkEnableOption "Homing, which keeps a laptop on its private WireGuard network";
    user = lib.mkOption {
      type = lib.types.str;
      example = "user";
      description = "The one user who controls the helper: imports networks, connects and disconnects.";
    };
    askAdministrator = lib.mkOption {
      type = lib.types.nullOr lib.types.bool;
      default = null;
      description = ''
        Whether an administrator must allow each new network (homing-helper allow). Null leaves the setting as it is: root
        changes it by homing-helper approval-on or approval-off.
      '';
    };
    package = lib.mkOption {
      type = lib.types.package;
      default = homingFor pkgs;
      defaultText = lib.literalExpression "homing.packages.\${system}.default";
      description = "The package with the helper, the app and the command line.";
    };
  };

  config = lib.mkIf cfg.enable {
    # The helper looks for programs in /run/current-system/sw/bin, and nowhere that a user could write to.
    environment.systemPackages = [
      cfg.package
      pkgs.iproute2
      pkgs.nftables
      pkgs.wireguard-tools
      pkgs.wireguard-go
    ];

    # A plain file instead of a link into the store, so that names can be written to it while a tunnel is up.
    environment.etc.hosts.mode = "0644";

    # With all traffic through a controller, the route back to it leads into the tunnel: only WireGuard's own packets are
    # marked to go outside. The strict check would drop what the controller sends.
    networking.firewall.checkReversePath = lib.mkDefault "loose";

    systemd.packages = [ cfg.package ];
    systemd.services.homing-helper = {
      wantedBy = [ "multi-user.target" ];
      # A stop takes a live tunnel down. A newer helper is used from the next start on.
      restartIfChanged = false;
      serviceConfig.ExecStart = [ "" "${start}" ];
    };

    # Before the helper, and again when the option changes: the helper reads the setting for each connection.
    systemd.services.homing-approval = lib.mkIf (cfg.askAdministrator != null) {
      description = "Whether an administrator must allow each new network of Homing";
      wantedBy = [ "multi-user.target" ];
      before = [ "homing-helper.service" ];
      serviceConfig.Type = "oneshot";
      serviceConfig.RemainAfterExit = true;
      serviceConfig.ExecStart =
        "${cfg.package}/bin/homing-helper ${if cfg.askAdministrator then "approval-on" else "approval-off"}";
    };

    systemd.paths.homing-names = {
      wantedBy = [ "multi-user.target" ];
      pathConfig.PathChanged = "/etc/hosts";
    };
    systemd.services.homing-names = {
      description = "Homing's names in a hosts file that was written again";
      serviceConfig.Type = "oneshot";
      serviceConfig.ExecStart = "${names}";
    };
  };
}
