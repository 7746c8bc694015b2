import { createTheme, rem, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const brand: MantineColorsTuple = ['#eaf7f6', '#d3ecea', '#a5d8d4', '#73c3be', '#49b0aa', '#2d9f99', '#16827c', '#0b6e69', '#085a56', '#044643'];
const dark: MantineColorsTuple = ['#d5d9de', '#b1b8c0', '#98a2ad', '#5e6771', '#3d4652', '#2b323b', '#1d232b', '#171c22', '#101419', '#0d1014'];

const sizes = { xs: rem(12), sm: rem(13), md: rem(14), lg: rem(16), xl: rem(20) };

export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: 7,
  colors: { brand, dark },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, monospace",
  fontSizes: sizes,
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: rem(22), lineHeight: '1.25' },
      h2: { fontSize: rem(17), lineHeight: '1.35' },
      h3: { fontSize: rem(15), lineHeight: '1.4' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: rem(3), sm: rem(5), md: rem(7), lg: rem(10) },
  spacing: { xs: rem(6), sm: rem(10), md: rem(14), lg: rem(20), xl: rem(28) },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Alert: { defaultProps: { variant: 'light', radius: 'lg' } },
    Badge: { defaultProps: { radius: 'sm', variant: 'light', tt: 'none' } },
    Button: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Drawer: { defaultProps: { padding: 'md', transitionProps: { duration: 120 } } },
    Menu: { defaultProps: { shadow: 'md', width: 220, transitionProps: { duration: 80 } } },
    Modal: { defaultProps: { padding: 'md', transitionProps: { duration: 120 } } },
    MultiSelect: { defaultProps: { size: 'xs' } },
    Notification: { defaultProps: { withBorder: true } },
    NumberInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Popover: { defaultProps: { shadow: 'md', transitionProps: { duration: 80 } } },
    SegmentedControl: { defaultProps: { size: 'xs', transitionDuration: 80 } },
    Select: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true, transitionProps: { duration: 60 } } },
  },
});

// Mantine's own text of light variants fails AA in orange, red and teal, white on its red too, and its dimmed
// text. Mended once, here: [text, soft background] of each color, and what white stands on.
const ON_LIGHT = {
  red: ['#b42323', '#fdecec'],
  orange: ['#9a3d08', '#fdeede'],
  yellow: ['#7a4f01', '#fdf3d7'],
  green: ['#14622b', '#e2f5e6'],
  teal: ['#06614a', '#dff5ee'],
  cyan: ['#095c6b', '#dcf5f9'],
  blue: ['#1259a3', '#e5f0fc'],
  violet: ['#5a35b8', '#efe9fd'],
  gray: ['#454d57', '#eef0f3'],
  brand: ['#085a56', '#e6f4f3'],
};
const ON_DARK = {
  red: ['#ff9d9d', '#3a1d1f'],
  orange: ['#ffbf85', '#3a2413'],
  yellow: ['#f5d27a', '#33290f'],
  green: ['#8fdba0', '#15301c'],
  teal: ['#6fdcc0', '#0e3029'],
  cyan: ['#7fdcea', '#0d2f37'],
  blue: ['#96c8ff', '#14283f'],
  violet: ['#c4aeff', '#2a2147'],
  gray: ['#c3cad2', '#262d36'],
  brand: ['#73c3be', '#12302f'],
};
const FILLED = { red: '#c22f2f', orange: '#b0500c', yellow: '#8a6100', green: '#2b7a3d', teal: '#0b7a5f', cyan: '#0b7285', blue: '#1c66b3', violet: '#6741d9', gray: '#5b6570', brand: '#0b6e69' };

const shades = (colors: Record<string, string[]>, mix: string) =>
  Object.fromEntries([
    ...Object.entries(colors).flatMap(([name, [text, soft]]) => [
      [`--mantine-color-${name}-light-color`, text],
      [`--mantine-color-${name}-text`, text],
      [`--mantine-color-${name}-outline`, text],
      [`--mantine-color-${name}-light`, soft],
      [`--mantine-color-${name}-light-hover`, `color-mix(in srgb, ${soft}, ${mix} 8%)`],
    ]),
    ...Object.entries(FILLED).flatMap(([name, fill]) => [
      [`--mantine-color-${name}-filled`, fill],
      [`--mantine-color-${name}-filled-hover`, `color-mix(in srgb, ${fill}, black 14%)`],
    ]),
  ]) as Record<string, string>;

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#1a1f26',
    '--mantine-color-dimmed': '#5b6570',
    '--mantine-color-placeholder': '#667080',
    '--mantine-color-default-border': '#c9cfd6',
    '--mantine-color-error': '#b42323',
    '--mantine-color-anchor': '#085a56',
    ...shades(ON_LIGHT, 'black'),
  },
  dark: {
    '--mantine-color-body': '#171c22',
    '--mantine-color-text': '#e3e7eb',
    '--mantine-color-dimmed': '#98a2ad',
    '--mantine-color-placeholder': '#8b95a1',
    '--mantine-color-default': '#1d232b',
    '--mantine-color-default-hover': '#262d36',
    '--mantine-color-default-border': '#3d4652',
    '--mantine-color-error': '#ff9d9d',
    '--mantine-color-anchor': '#73c3be',
    ...shades(ON_DARK, 'white'),
  },
});
