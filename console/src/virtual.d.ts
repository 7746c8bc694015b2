/** Mantine's style sheet, of what is used: vite/lean.ts makes it. */
declare module 'virtual:mantine.css';
