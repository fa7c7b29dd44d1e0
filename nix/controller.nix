# The NixOS module of one controller, rendered by Homing from the network file while the configuration is evaluated.
{ homingFor }:
{
  pkgs,
  # The network file. It holds no secret.
  network,
  # The controller in it.
  name,
}:

let
  content = builtins.fromJSON (builtins.readFile network);
  rendered = pkgs.runCommand "homing-controller-${name}.nix" { nativeBuildInputs = [ (homingFor pkgs) ]; } ''
    homing network render --file ${network} --controller ${name} --format nixos > $out
  '';
in
# Preshared keys are derived from the network's signing key, and all that is evaluated lies in the store for everybody to read.
if content.presharedKeys or false then
  throw "The network in ${toString network} has preshared keys, which must not enter the Nix store. Render the module by hand and import it: homing network render --controller ${name} --format nixos --out /etc/nixos"
else
  import rendered
