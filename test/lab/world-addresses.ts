/**
 * The address plan of the lab's standard internet. Documentation ranges only (RFC 5737, RFC 3849); 192.0.2.0/24 stands
 * for a private subnet, the same at home, in the café and in the hotel.
 */
export const worldAddresses = {
  internet: {
    core: '198.51.100.1',
    home: '198.51.100.2',
    cafe: '198.51.100.3',
    hotel: '198.51.100.4',
    mobile: '198.51.100.5',
    core6: '2001:db8:ffff::1',
    home6: '2001:db8:ffff::2',
    mobile6: '2001:db8:ffff::5',
  },
  /** The private subnet of each place. */
  private: {
    router: '192.0.2.1',
    /** At home; the impostor's in the café; unused in the hotel. */
    nas: '192.0.2.10',
    desk: '192.0.2.20',
    /** In the hotel: an optional relay. */
    relay: '192.0.2.66',
    laptop: '192.0.2.50',
  },
  home6: {
    router: '2001:db8:1::1',
    nas: '2001:db8:1::10',
    desk: '2001:db8:1::20',
    laptop: '2001:db8:1::50',
  },
  dataCentre: {
    router: '203.0.113.1',
    vps: '203.0.113.10',
    router6: '2001:db8:3::1',
    vps6: '2001:db8:3::10',
  },
  mobile: {
    router: '203.0.113.129',
    laptop: '203.0.113.150',
    router6: '2001:db8:5::1',
    laptop6: '2001:db8:5::50',
  },
} as const;
