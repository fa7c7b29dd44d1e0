import styles from './qr-code.module.css';

interface QrCodeProps {
  /** One string per row, `1` for dark. */
  readonly rows: readonly string[];
  readonly name: string;
}

/** The quiet zone of ISO/IEC 18004: four modules. */
const quietZone = 4;

/** A QR code; dark on light in both themes, since some readers need that. */
export function QrCode({ rows, name }: QrCodeProps) {
  const size = rows.length + 2 * quietZone;
  const path = rows
    .flatMap((row, y) =>
      [...row].map((module, x) => (module === '1' ? `M${x + quietZone} ${y + quietZone}h1v1h-1z` : '')),
    )
    .join('');
  return (
    <svg className={styles.code} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={name}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
