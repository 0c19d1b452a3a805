/** Line icons, drawn here: the page loads nothing from elsewhere. */
const PATHS = {
  shield: 'M12 3l7 2.500v5.500c0 4.500-2.900 8.300-7 10-4.100-1.700-7-5.500-7-10V5.500L12 3z',
  'shield-ok':
    'M12 3l7 2.500v5.500c0 4.500-2.900 8.300-7 10-4.100-1.700-7-5.500-7-10V5.500L12 3zM8.800 12l2.300 2.300 4.200-4.500',
  'shield-no':
    'M12 3l7 2.500v5.500c0 4.500-2.900 8.300-7 10-4.100-1.700-7-5.500-7-10V5.500L12 3zM9.500 9.500l5 5M14.500 9.500l-5 5',
  'shield-off':
    'M12 3l7 2.500v5.500c0 4.500-2.900 8.300-7 10-4.100-1.700-7-5.500-7-10V5.500L12 3zM12 8v4.500M12 15.600v.1',
  spark:
    'M12 4l1.700 4.800L18.500 10.500l-4.800 1.700L12 17l-1.700-4.800L5.500 10.500l4.800-1.700L12 4zM18.500 15.500v4M16.500 17.500h4',
  send: 'M5 12l14-7-5 14-3-6-6-1z',
  back: 'M15 5l-7 7 7 7',
  plus: 'M12 5v14M5 12h14',
  lock: 'M7 11V8a5 5 0 0110 0v3M6 11h12v9H6z',
  unlock: 'M7 11V8a5 5 0 019.600-2M6 11h12v9H6z',
  people:
    'M9 11a3.200 3.200 0 100-6.400A3.200 3.200 0 009 11zM3 19c.5-3.200 2.800-5 6-5s5.500 1.800 6 5M16 11a2.600 2.600 0 000-5.200M17.500 14.200c2 .6 3.200 2.200 3.500 4.800',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  stop: 'M8 8h8v8H8z',
  close: 'M6 6l12 12M18 6L6 18',
  quote: 'M5 7h14M5 12h9M5 17h6',
  forward: 'M13 6l6 6-6 6M19 12H9a4 4 0 00-4 4v1',
  pen: 'M5 19l1-4L16 5l3 3L9 18l-4 1z',
  photo: 'M4 6h16v13H4zM4 16l5-5 4 4 3-3 4 4M15.500 9.500h.01',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  retry: 'M5 12a7 7 0 0112-5l2 2M19 5v4h-4M19 12a7 7 0 01-12 5l-2-2M5 19v-4h4',
  download: 'M12 4v11M7.500 11l4.500 4.500 4.500-4.500M5 20h14',
  exit: 'M14 5H6v14h8M11 12h9M16.500 8.500L20 12l-3.500 3.500',
  clock: 'M12 7.500V12l3 2M12 4a8 8 0 100 16 8 8 0 000-16z',
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={PATHS[name]} />
  </svg>
);
