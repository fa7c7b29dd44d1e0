import { shortAddress } from '../../../shared/text/addresses.ts';
import { Card, Section } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Fact, Facts } from '../../components/facts.tsx';

interface ThisLaptopProps {
  readonly name: string;
  readonly domain: string;
  readonly addresses: readonly string[];
}

/** This laptop's name, addresses and public key. */
export function ThisLaptop({ name, domain, addresses }: ThisLaptopProps) {
  const hostName = `${name}.${domain}`;
  return (
    <Section title="This laptop">
      <Card>
        <Facts>
          <Fact name="Name" isCode>
            {hostName} <CopyButton text={hostName} what="the name of this laptop" />
          </Fact>
          <Fact name={addresses.length === 1 ? 'Address' : 'Addresses'} isCode>
            {addresses.map((address) => (
              <div key={address}>
                <span title={address}>{shortAddress(address)}</span>{' '}
                <CopyButton text={address} what={`address ${address}`} />
              </div>
            ))}
          </Fact>
        </Facts>
      </Card>
    </Section>
  );
}
