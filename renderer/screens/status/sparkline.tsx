import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import type { Sample } from '../../../shared/contract/app-state.ts';
import type { ShownPath } from '../../../shared/contract/path.ts';

interface SparklineProps {
  readonly samples: readonly Sample[];
  readonly path: ShownPath;
}

const size = { width: 92, height: 22 };

const colour: Readonly<Record<ShownPath, string>> = {
  lan: '--lan',
  internet: '--internet',
  none: '--trouble',
  moving: '--soft',
};

function dataOf(samples: readonly Sample[]): UPlot.AlignedData {
  return [samples.map(({ atMs }) => atMs / 1000), samples.map(({ roundTripMs }) => roundTripMs)];
}

/** Round-trip times of the last two minutes. The current value is beside it. */
export function Sparkline({ samples, path }: SparklineProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const token = useRef(colour[path]);
  token.current = colour[path];

  useEffect(() => {
    if (box.current === null) return;
    const made = new UPlot(
      {
        ...size,
        padding: [3, 1, 3, 1],
        cursor: { show: false },
        legend: { show: false },
        axes: [{ show: false }, { show: false }],
        // From zero, so that 0.6 ms to 0.7 ms is not a peak.
        scales: { x: { time: false }, y: { range: (_plot, _least, most) => [0, Math.max(most ?? 0, 1)] } },
        series: [
          {},
          {
            stroke: () => getComputedStyle(document.documentElement).getPropertyValue(token.current),
            width: 1.6,
            points: { show: false },
            spanGaps: false,
          },
        ],
      },
      [[], []],
      box.current,
    );
    plot.current = made;
    return () => {
      plot.current = undefined;
      made.destroy();
    };
  }, []);

  useEffect(() => plot.current?.setData(dataOf(samples)), [samples]);

  return <div ref={box} aria-hidden="true" style={size} />;
}
