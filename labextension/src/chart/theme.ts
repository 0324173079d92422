/** The colours of a chart, as the page's theme has them now. */
export interface IColours {
  text: string;
  grid: string;
  ground: string;
  palette: string[];
}

export const PALETTE_SIZE = 8;

/** Read the colours off an element that the style sheet of the chart applies to. */
export function readColours(element: HTMLElement): IColours {
  const style = getComputedStyle(element);
  const read = (name: string, otherwise: string) =>
    style.getPropertyValue(`--jp-ogai-chart-${name}`).trim() || otherwise;
  return {
    text: read('text', '#616161'),
    grid: read('grid', '#e0e0e0'),
    ground: read('ground', '#ffffff'),
    palette: Array.from({ length: PALETTE_SIZE }, (_, index) => read(String(index), '#2f7fc1'))
  };
}

/** Call back after each change of the page's theme, until the returned function is called. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, {
      attributes: true,
      attributeFilter: ['class', 'data-jp-theme-name', 'data-jp-theme-light', 'data-theme']
    });
  }
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    dark.removeEventListener('change', changed);
  };
}
