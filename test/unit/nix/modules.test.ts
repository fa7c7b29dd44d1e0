import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import * as z from 'zod';
import type { NetworkFile } from '../../../shared/authoring/network-file.ts';
import { planController } from '../../../shared/authoring/render/controller-plan.ts';
import { renderController } from '../../../shared/authoring/render/format.ts';
import { signingKey } from '../support/invite-fixtures.ts';
import { wgnet } from '../support/network-fixtures.ts';

/**
 * The flake's parts, evaluated by Nix itself. nixpkgs cannot be downloaded here, so stand-ins replace the parts of its
 * library and packages that they use: nothing is built.
 */

const root = fileURLToPath(new URL('../../..', import.meta.url));
const hasNix = spawnSync('nix-instantiate', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'homing-nix-'));
afterAll(() => rmSync(folder, { recursive: true }));

const standIns = `
  lib = {
    mkEnableOption = text: text;
    mkOption = option: option;
    mkIf = condition: value: if condition then value else { };
    mkDefault = value: value;
    literalExpression = text: text;
    types = { str = "str"; package = "package"; bool = "bool"; nullOr = type: type; };
    importJSON = path: builtins.fromJSON (builtins.readFile path);
    cleanSource = path: path;
    licenses.asl20 = "asl20";
    platforms.linux = [ "linux" ];
    genAttrs = names: make: builtins.listToAttrs (map (name: { inherit name; value = make name; }) names);
  };
  pkgs = {
    stdenv.hostPlatform.system = "x86_64-linux";
    writeShellScript = name: text: text;
    coreutils = "/coreutils";
    gnugrep = "/gnugrep";
    systemd = "/systemd";
    iproute2 = "iproute2";
    nftables = "/nftables";
    wireguard-tools = "wireguard-tools";
    wireguard-go = "wireguard-go";
    writeText = name: text: "/" + name;
  };
`;

/** @returns the value of an expression, as JSON. @throws Error with Nix's message */
function evaluated(expression: string): unknown {
  const args = [
    '--eval',
    '--strict',
    '--json',
    '--readonly-mode',
    '--expr',
    `let ${standIns} in ${expression}`,
  ];
  return JSON.parse(execFileSync('nix-instantiate', args, { encoding: 'utf8', stdio: 'pipe' }));
}

const laptop = (settings: string, askAdministrator = 'null') =>
  `((import ${root}nix/laptop.nix { homingFor = pkgs: "/homing"; }) {
    inherit lib pkgs;
    config.services.homing = { askAdministrator = ${askAdministrator}; ${settings} };
  }).config`;

test.skipIf(!hasNix)('the helper of a laptop is a service for its one user, and survives a switch', () => {
  const config = z
    .object({
      environment: z.object({
        systemPackages: z.array(z.string()),
        etc: z.object({ hosts: z.object({ mode: z.string() }) }),
      }),
      systemd: z.object({
        packages: z.array(z.string()),
        paths: z.object({ 'homing-names': z.object({ pathConfig: z.object({ PathChanged: z.string() }) }) }),
        services: z.object({
          'homing-helper': z.object({
            restartIfChanged: z.boolean(),
            serviceConfig: z.object({ ExecStart: z.tuple([z.string(), z.string()]) }),
          }),
        }),
      }),
    })
    .parse(evaluated(laptop('enable = true; user = "user"; package = "/homing";')));
  // The unit comes from the package; its ExecStart is cleared before another is set (systemd.service(5)).
  expect(config.systemd.packages).toEqual(['/homing']);
  const [first, second] = config.systemd.services['homing-helper'].serviceConfig.ExecStart;
  expect(first).toBe('');
  expect(second).toContain('/homing/bin/homing-helper --uid "$(/coreutils/bin/id -u user)"');
  expect(config.systemd.services['homing-helper'].restartIfChanged).toBe(false);
  expect(config.environment.etc.hosts.mode).toBe('0644');
  expect(config.systemd.paths['homing-names'].pathConfig.PathChanged).toBe('/etc/hosts');
  expect(config.environment.systemPackages).toEqual(
    expect.arrayContaining(['iproute2', 'wireguard-tools', 'wireguard-go']),
  );
});

test.skipIf(!hasNix).each([
  ['null', undefined],
  ['true', '/homing/bin/homing-helper approval-on'],
  ['false', '/homing/bin/homing-helper approval-off'],
])('askAdministrator = %s sets what administrators are asked by %j', (value, command) => {
  const settings = 'enable = true; user = "user"; package = "/homing";';
  const approval = z.object({ serviceConfig: z.object({ ExecStart: z.string() }).optional() });
  const { systemd } = z
    .object({ systemd: z.object({ services: z.object({ 'homing-approval': approval }) }) })
    .parse(evaluated(laptop(settings, value)));
  expect(systemd.services['homing-approval'].serviceConfig?.ExecStart).toBe(command);
});

test.skipIf(!hasNix)('switched off, it changes nothing', () => {
  expect(evaluated(laptop('enable = false; user = "user"; package = "/homing";'))).toEqual({});
});

test('the unit of the package is that of the installer', () => {
  const unit = execFileSync(process.execPath, [`${root}nix/write-unit.ts`], { encoding: 'utf8' });
  expect(unit).toContain('ExecStart=@program@ --uid 0\n');
  expect(unit).toContain('CapabilityBoundingSet=');
});

/** @param of the attribute of the package */
function packaged(of: string): unknown {
  return evaluated(`let
    buildNpmPackage = attributes: { inherit (attributes) ${of}; };
    importNpmLock = {
      __functor = self: { npmRoot, packageLock }: builtins.mapAttrs (path: module: module.resolved or "none") packageLock.packages;
      npmConfigHook = "hook";
    };
  in import ${root}nix/package.nix {
    inherit lib buildNpmPackage importNpmLock;
    makeWrapper = "makeWrapper"; nodejs_24 = "/nodejs"; electron = "/electron";
  }`);
}

test.skipIf(!hasNix)('the package installs what there is', () => {
  const { version, installPhase } = z
    .object({ version: z.string(), installPhase: z.string() })
    .parse(packaged('version installPhase'));
  expect(version).toBe(JSON.parse(readFileSync(`${root}package.json`, 'utf8')).version);
  const sizes = /for size in ([\d ]+);/.exec(installPhase)?.[1]?.trim().split(' ') ?? [];
  expect(sizes.length).toBeGreaterThan(4);
  for (const size of sizes) readFileSync(`${root}assets/icons/${size}x${size}.png`);
  readFileSync(`${root}scripts/package/deb/homing.xml`);
  readFileSync(`${root}nix/homing-desktop.desktop`);
});

test.skipIf(!hasNix)(
  'every package of the lock file that has a hash is fetched from where npm has it',
  () => {
    const { npmDeps } = z.object({ npmDeps: z.record(z.string(), z.string()) }).parse(packaged('npmDeps'));
    const { packages } = z
      .object({
        packages: z.record(z.string(), z.object({ version: z.string(), integrity: z.string().optional() })),
      })
      .parse(JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')));
    for (const [path, { version, integrity }] of Object.entries(packages)) {
      const expected =
        integrity === undefined ? /^none$/ : /^https:\/\/[^/]+\/(@[^/]+\/)?([^/]+)\/-\/\2-[^/]+\.tgz$/;
      expect([path, npmDeps[path]]).toEqual([path, expect.stringMatching(expected)]);
      if (integrity !== undefined) expect(npmDeps[path]).toContain(`-${version}.tgz`);
    }
    expect(npmDeps['node_modules/@noble/hashes']).toMatch(/\/@noble\/hashes\/-\/hashes-\d/);
    expect(npmDeps['node_modules/typescript-native']).toMatch(/\/typescript\/-\/typescript-\d/);
  },
);

test.skipIf(!hasNix)('the flake has a package for each processor and both modules', () => {
  const outputs = `((import ${root}flake.nix).outputs {
    self = { packages.x86_64-linux.default = "/homing"; };
    nixpkgs = {
      inherit lib;
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: { callPackage = path: overrides: "package"; });
    };
  })`;
  expect(evaluated(`${outputs}.packages`)).toEqual({
    'x86_64-linux': { default: 'package' },
    'aarch64-linux': { default: 'package' },
  });
  expect(
    evaluated(
      `[ (builtins.isFunction ${outputs}.nixosModules.default) (builtins.isFunction ${outputs}.lib.controller) ]`,
    ),
  ).toEqual([true, true]);
});

/** The module of a controller from a network file, with the command line's output in place of the derivation. */
function controllerOf(file: NetworkFile): unknown {
  const network = join(folder, 'network.json');
  const rendered = join(folder, 'rendered.nix');
  writeFileSync(network, JSON.stringify(file));
  const [module] = renderController(planController(file, 'nas', signingKey), 'nixos');
  writeFileSync(rendered, module?.text ?? '');
  return evaluated(`let
    module = import ${root}nix/controller.nix { homingFor = pkgs: "/homing"; } {
      pkgs = pkgs // { runCommand = name: attributes: script: ${rendered}; };
      network = ${network};
      name = "nas";
    };
  in if builtins.isFunction module then module { inherit pkgs; } else module`);
}

test.skipIf(!hasNix)('a controller’s module is rendered from the network file, and Nix can read it', () => {
  const config = z
    .object({
      networking: z.object({
        firewall: z.object({ allowedUDPPorts: z.array(z.number()) }),
        wireguard: z.object({
          interfaces: z.object({
            wgnet: z.object({ ips: z.array(z.string()), peers: z.array(z.unknown()) }),
          }),
        }),
        hosts: z.record(z.string(), z.array(z.string())),
      }),
    })
    .parse(controllerOf({ ...wgnet(), presharedKeys: false }));
  expect(config.networking.firewall.allowedUDPPorts).toEqual([51_820]);
  expect(config.networking.wireguard.interfaces.wgnet.ips[0]).toMatch(/::1\/56$/);
  expect(config.networking.wireguard.interfaces.wgnet.peers.length).toBeGreaterThan(0);
  expect(Object.values(config.networking.hosts).flat()).toContain('nas.wgnet');
});

test.skipIf(!hasNix)('preshared keys do not enter the store: the module says how to do without', () => {
  expect(() => controllerOf({ ...wgnet(), presharedKeys: true })).toThrow(
    /must not enter the Nix store.*homing network render --controller nas --format nixos/s,
  );
});
