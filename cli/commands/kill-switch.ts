import { type Command, InvalidArgumentError, Option } from 'commander';
import { HelperClient } from '../../client/helper-client.ts';
import { socketPathFrom } from '../../client/helper-socket.ts';
import type { Status } from '../../shared/contract/status.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import type { CliIo } from '../io.ts';
import { killSwitchStatusText } from '../text/protection-text.ts';

interface KillSwitchOptions {
  readonly lan?: 'on' | 'off';
  readonly json?: true;
}

/** `homing kill-switch [on|off]`: whether only the tunnel may send packets from this laptop. */
export function addKillSwitchCommand(program: Command, io: CliIo): void {
  program
    .command('kill-switch')
    .description('let nothing pass but the tunnel, or show whether that is so')
    .argument('[on|off]', 'until you turn it off, also after a restart', onOff)
    .addOption(
      new Option('--lan <on|off>', 'let the networks that you are in pass as well').choices(['on', 'off']),
    )
    .option('--json', 'print JSON')
    .action(async (wanted: 'on' | 'off' | undefined, options: KillSwitchOptions) => {
      const status = await changed(new HelperClient(socketPathFrom(io.env)), wanted, options);
      io.stdout.write(
        options.json
          ? `${JSON.stringify(status.killSwitch ?? null, null, 2)}\n`
          : `${killSwitchStatusText(status)}\n`,
      );
    });
}

function onOff(text: string): 'on' | 'off' {
  if (text === 'on' || text === 'off') return text;
  throw new InvalidArgumentError('Allowed choices are on, off.');
}

/** @throws HomingError `bad-option`, and as the helper */
async function changed(
  client: HelperClient,
  wanted: 'on' | 'off' | undefined,
  { lan }: KillSwitchOptions,
): Promise<Status> {
  if (wanted === undefined && lan === undefined) return client.status();
  const isOn = wanted ?? (await client.status()).killSwitch?.state ?? 'off';
  if (isOn === 'off' && lan !== undefined) {
    throw new HomingError({
      code: 'bad-option',
      title: 'The networks that you are in pass already',
      cause: '--lan counts only while the kill switch is on.',
      remedy: `To turn it on: homing kill-switch on --lan ${lan}`,
    });
  }
  if (isOn === 'off') return client.setKillSwitch({ on: false });
  return client.setKillSwitch({ on: true, ...(lan === undefined ? {} : { allowLan: lan === 'on' }) });
}
