/** The tray's pictures as SVG, 22 by 22: a house with the path in it, distinguishable by shape, not only by colour. */

const house = 'M3.5 10.2 L11 3.8 L18.5 10.2 V18.5 H3.5 Z';

/**
 * @typedef {{ ink: string, lan: string, internet: string, trouble: string }} Colours
 * @type {Readonly<Record<string, (colours: Colours) => string>>}
 */
const glyphs = {
  off: ({ ink }) =>
    `<path d="${house}" fill="none" stroke="${ink}" stroke-opacity=".6" stroke-width="1.7" stroke-linejoin="round"/>`,
  connecting: ({
    ink,
  }) => `<path d="${house}" fill="none" stroke="${ink}" stroke-width="1.7" stroke-linejoin="round"/>
    <g fill="${ink}"><circle cx="7.6" cy="13.4" r="1.2"/><circle cx="11" cy="13.4" r="1.2"/><circle cx="14.4" cy="13.4" r="1.2"/></g>`,
  lan: ({ ink, lan }) =>
    `<path d="${house}" fill="${lan}" stroke="${ink}" stroke-width="1.7" stroke-linejoin="round"/>`,
  internet: ({
    ink,
    internet,
  }) => `<path d="${house}" fill="none" stroke="${ink}" stroke-width="1.7" stroke-linejoin="round"/>
    <path d="M7.2 16 L14.6 10.6 M10.6 9.9 L15.2 10.1 L14.1 14.6" fill="none" stroke="${internet}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>`,
  trouble: ({
    ink,
    trouble,
  }) => `<path d="${house}" fill="none" stroke="${ink}" stroke-width="1.7" stroke-linejoin="round"/>
    <path d="M11 9.4 V13" stroke="${trouble}" stroke-width="2.2" stroke-linecap="round"/><circle cx="11" cy="16" r="1.3" fill="${trouble}"/>`,
};

/** Colours as in renderer/theme/tokens.css; a template image of macOS is black, and the system colours it. */
const shades = {
  light: { ink: '#1d1f23', lan: '#1f8a5b', internet: '#2f6fd0', trouble: '#b8541a' },
  dark: { ink: '#eceded', lan: '#4cc38a', internet: '#7aa9f0', trouble: '#f0a56b' },
  Template: { ink: '#000', lan: '#000', internet: '#000', trouble: '#000' },
};

/** File name without extension, and its SVG. */
exports.trayGlyphs = Object.entries(glyphs).flatMap(([tone, draw]) =>
  Object.entries(shades).map(([shade, colours]) => ({
    name: `${tone}-${shade}`,
    svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22">${draw(colours)}</svg>`,
  })),
);
