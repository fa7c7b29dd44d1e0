{
  description = "Keeps a roaming laptop on its private WireGuard mesh: over the LAN at home, over the internet away";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      each = nixpkgs.lib.genAttrs systems;
      homingFor = pkgs: self.packages.${pkgs.stdenv.hostPlatform.system}.default;
    in
    {
      packages = each (system: {
        default = nixpkgs.legacyPackages.${system}.callPackage ./nix/package.nix { };
      });

      # services.homing: the helper of a laptop, with the app and the command line.
      nixosModules.default = import ./nix/laptop.nix { inherit homingFor; };

      # The module of a controller, from the network file as it is in version control:
      #   imports = [ (homing.lib.controller { inherit pkgs; network = ./wgnet.network.json; name = "nas"; }) ];
      lib.controller = import ./nix/controller.nix { inherit homingFor; };
    };
}
