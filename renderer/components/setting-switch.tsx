import { Switch } from 'radix-ui';
import { useId } from 'react';
import styles from './setting-switch.module.css';

interface SettingSwitchProps {
  readonly name: string;
  readonly hint?: string;
  readonly isOn: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (isOn: boolean) => void;
}

/** One setting that is on or off. */
export function SettingSwitch({ name, hint, isOn, isDisabled = false, onChange }: SettingSwitchProps) {
  const id = useId();
  return (
    <div className={styles.row}>
      <label htmlFor={id} className={styles.words}>
        {name}
        {hint !== undefined && <span className={styles.hint}>{hint}</span>}
      </label>
      <Switch.Root
        id={id}
        className={styles.switch}
        checked={isOn}
        disabled={isDisabled}
        onCheckedChange={onChange}
      >
        <Switch.Thumb className={styles.thumb} />
      </Switch.Root>
    </div>
  );
}
