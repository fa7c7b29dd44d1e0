import { Switch } from 'radix-ui';
import type { Tone } from '../../../shared/text/tone.ts';
import styles from './big-switch.module.css';

interface BigSwitchProps {
  readonly isOn: boolean;
  readonly tone: Tone;
  readonly isDisabled: boolean;
  readonly network: string;
  readonly onPress: () => void;
}

/** The one switch; its colour is that of the path. */
export function BigSwitch({ isOn, tone, isDisabled, network, onPress }: BigSwitchProps) {
  return (
    <Switch.Root
      className={`${styles.switch} ${isOn ? styles[tone] : ''}`}
      checked={isOn}
      onCheckedChange={onPress}
      disabled={isDisabled}
      aria-label={`Connection to ${network}`}
    >
      <Switch.Thumb className={styles.thumb} />
    </Switch.Root>
  );
}
