import type { ConnectedTunnel, RouteStatus } from '../../../shared/contract/status.ts';
import { routeWords } from '../../../shared/text/route-words.ts';
import { Button } from '../../components/button.tsx';
import { Card, Section } from '../../components/card.tsx';
import { useActions } from '../../state/use-window-state.ts';
import styles from './routes.module.css';

/** The networks behind controllers: which of them are reached through the tunnel, and why one is not. */
export function Routes({ live }: { readonly live: ConnectedTunnel }) {
  const { routes = [], controllers } = live;
  if (routes.length === 0) return null;
  return (
    <Section title="Networks behind controllers">
      <Card>
        <ul>
          {routes.map((route) => (
            <RouteLine
              key={route.range}
              route={route}
              words={routeWords(
                route,
                controllers.find(({ name }) => name === route.controller),
              )}
            />
          ))}
        </ul>
      </Card>
    </Section>
  );
}

interface RouteLineProps {
  readonly route: RouteStatus;
  readonly words: ReturnType<typeof routeWords>;
}

function RouteLine({ route: { range }, words: { label, sentence, action } }: RouteLineProps) {
  const actions = useActions();
  const set = (takeOver: boolean) => void actions.do('setRoute', { range, takeOver });
  return (
    <li className={styles.route}>
      <div className={styles.head}>
        <span className={styles.range}>{range}</span>
        <span className={styles.label}>{label}</span>
      </div>
      <p className={styles.why}>{sentence}</p>
      {action === 'take-over' && (
        <Button onPress={() => set(true)} label={`Use the tunnel here: ${range}`}>
          Use the tunnel here
        </Button>
      )}
      {action === 'give-back' && (
        <Button onPress={() => set(false)} label={`Reach it directly again: ${range}`}>
          Reach it directly again
        </Button>
      )}
    </li>
  );
}
