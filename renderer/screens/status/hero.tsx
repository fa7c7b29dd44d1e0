import type { AppSituation } from '../../../shared/app/situation.ts';
import type { ControllerStatus } from '../../../shared/contract/status.ts';
import { Card } from '../../components/card.tsx';
import { BigSwitch } from './big-switch.tsx';
import styles from './hero.module.css';
import { PathPicture } from './path-picture.tsx';

interface HeroProps {
  readonly situation: AppSituation;
  readonly network: string;
  readonly isOn: boolean;
  readonly canSwitch: boolean;
  readonly controllers: readonly ControllerStatus[];
  readonly onSwitch: () => void;
}

/** The start benchmark reads when this was first painted (W3C Element Timing); React's types lack it. */
const timed = { elementtiming: 'situation' };

/** Where this laptop is, in a word; the switch; and the path picture. */
export function Hero({ situation, network, isOn, canSwitch, controllers, onSwitch }: HeroProps) {
  return (
    <Card>
      <div className={styles.row}>
        <div role="status" className={styles.words}>
          <p className={styles.state} {...timed}>
            {situation.title}
          </p>
          <p className={styles.detail}>{situation.detail}</p>
        </div>
        <BigSwitch
          isOn={isOn}
          tone={situation.tone}
          isDisabled={!canSwitch}
          network={network}
          onPress={onSwitch}
        />
      </div>
      {controllers.length > 0 && <PathPicture controllers={controllers} isHome={situation.kind === 'home'} />}
    </Card>
  );
}
