# The app, the helper and the command line, on Nix's own Node and Electron.
{
  lib,
  buildNpmPackage,
  importNpmLock,
  makeWrapper,
  nodejs_24,
  electron,
}:

let
  manifest = lib.importJSON ../package.json;
  lock = lib.importJSON ../package-lock.json;

  # The lock file has the packages' hashes, and leaves where they come from to whoever installs them: npm's registry here.
  # A package that goes by another name has its own in the lock file.
  addressed =
    path: module:
    let
      name = module.name or (builtins.head (builtins.match ".*node_modules/(.+)" path));
      file = "${baseNameOf name}-${module.version}.tgz";
    in
    if module ? integrity && !(module ? resolved) then
      module // { resolved = "https://registry.npmjs.org/${name}/-/${file}"; }
    else
      module;
in
buildNpmPackage {
  pname = "homing";
  inherit (manifest) version;
  src = lib.cleanSource ../.;

  nodejs = nodejs_24;
  # Every package is fetched by the hash that the lock file has for it.
  npmDeps = importNpmLock {
    npmRoot = ../.;
    packageLock = lock // { packages = builtins.mapAttrs addressed lock.packages; };
  };
  npmConfigHook = importNpmLock.npmConfigHook;
  # Install scripts fetch another Node and another Electron.
  npmFlags = [ "--ignore-scripts" ];
  nativeBuildInputs = [ makeWrapper ];

  buildPhase = ''
    runHook preBuild
    node scripts/bundle.ts
    node node_modules/electron-vite/bin/electron-vite.js build --logLevel warn --mode production
    node nix/write-unit.ts > homing-helper.service
    runHook postBuild
  '';

  installPhase = ''
    runHook preInstall
    mkdir -p $out/lib/homing $out/share/homing/dist $out/share/applications $out/lib/systemd/system
    cp -r dist/homing dist/helper $out/lib/homing/
    cp -r dist/app $out/share/homing/dist/
    cp -r assets package.json $out/share/homing/
    for size in 16 24 32 48 64 128 256 512; do
      install -D -m 644 assets/icons/''${size}x''${size}.png \
        $out/share/icons/hicolor/''${size}x''${size}/apps/homing-desktop.png
    done
    install -D -m 644 scripts/package/deb/homing.xml $out/share/mime/packages/homing.xml
    install -m 644 nix/homing-desktop.desktop $out/share/applications/
    substitute homing-helper.service $out/lib/systemd/system/homing-helper.service \
      --replace-fail @program@ $out/bin/homing-helper
    makeWrapper ${nodejs_24}/bin/node $out/bin/homing \
      --add-flags $out/lib/homing/homing/homing.mjs
    makeWrapper ${nodejs_24}/bin/node $out/bin/homing-helper \
      --add-flags "--disable-sigusr1 $out/lib/homing/helper/homing-helper.mjs"
    makeWrapper ${electron}/bin/electron $out/bin/homing-desktop \
      --add-flags $out/share/homing
    runHook postInstall
  '';

  meta = {
    inherit (manifest) description;
    license = lib.licenses.asl20;
    platforms = lib.platforms.linux;
    mainProgram = "homing-desktop";
  };
}
