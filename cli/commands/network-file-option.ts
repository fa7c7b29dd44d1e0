/** The option of every command on an existing network. */
export const fileOption = [
  '--file <file>',
  'the network file (default: the only *.network.json here)',
] as const;
