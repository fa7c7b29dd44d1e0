/** Colour means path and nothing else; the theme (renderer/theme) gives each tone its colours. */
export type Tone = 'off' | 'connecting' | 'lan' | 'internet' | 'trouble';
