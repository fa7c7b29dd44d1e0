import { Search } from 'lucide-react';
import { useState } from 'react';
import type { ProfileSummary } from '../../../shared/contract/app-state.ts';
import { shortAddress } from '../../../shared/text/addresses.ts';
import { Card } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Screen } from '../../components/screen.tsx';
import styles from './machines-screen.module.css';

type Machine = ProfileSummary['machines'][number];

/** More lines than anyone reads; the search finds the others. */
const maxShown = 200;

function matches(machine: Machine, search: string): boolean {
  const { name, hostName, address, otherAddresses, otherNames } = machine;
  const wanted = search.trim().toLowerCase();
  return [name, hostName, ...otherNames, address, ...otherAddresses].some((text) =>
    text.toLowerCase().includes(wanted),
  );
}

/** Every machine of the network by name and address. */
export function MachinesScreen({ profile }: { readonly profile: ProfileSummary }) {
  const [search, setSearch] = useState('');
  const found = profile.machines.filter((machine) => matches(machine, search));
  const shown = found.slice(0, maxShown);
  const count = `${profile.machines.length} machines`;
  return (
    <Screen title="Machines" aside={search === '' ? count : `${found.length} of ${count}`}>
      <div className={styles.search}>
        <Search size={15} aria-hidden="true" />
        <input
          type="search"
          placeholder="Search by name or address"
          aria-label="Search machines"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      {shown.length > 0 && (
        <Card>
          <ul>
            {shown.map((machine) => (
              <MachineLine key={machine.hostName} machine={machine} />
            ))}
          </ul>
        </Card>
      )}
      <p className={styles.rest} role="status">
        {found.length === 0 && 'No machine matches.'}
        {found.length > shown.length && `and ${found.length - shown.length} more: search for them by name`}
      </p>
    </Screen>
  );
}

function MachineLine({ machine }: { readonly machine: Machine }) {
  const { name, hostName, kind, address, otherAddresses, otherNames, isThisLaptop } = machine;
  return (
    <li className={styles.machine}>
      <div className={styles.line}>
        <span className={styles.name}>
          {name}
          <span className={styles.domain}>{hostName.slice(name.length)}</span>
        </span>
        <span className={styles.kind}>{isThisLaptop ? 'this laptop' : kind}</span>
        <CopyButton text={hostName} what={`the name of ${name}`} />
      </div>
      {otherNames.length > 0 && <p className={styles.names}>also {otherNames.join(', ')}</p>}
      {[address, ...otherAddresses].map((shown) => (
        <div key={shown} className={styles.line}>
          <span className={styles.address} title={shown}>
            {shortAddress(shown)}
          </span>
          <CopyButton
            text={shown}
            what={shown === address ? `the address of ${name}` : `address ${shown} of ${name}`}
          />
        </div>
      ))}
    </li>
  );
}
