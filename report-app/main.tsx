import { render } from 'preact';
import { App } from './app.tsx';
import { loadData } from './load-data.ts';
import { ReportModel } from './report-model.ts';
import './report.css';

const root = document.getElementById('app');

async function start(): Promise<void> {
  if (root === null) return;
  try {
    const model = new ReportModel(await loadData());
    const draw = (whole: boolean): void => render(<App model={model} whole={whole} />, root);
    // On paper nobody scrolls, so every row must be drawn.
    addEventListener('beforeprint', () => draw(true));
    addEventListener('afterprint', () => draw(false));
    draw(false);
  } catch (error) {
    root.textContent = `Cannot show the report: ${String(error)}. results.json beside it holds the same results.`;
  }
}

void start();
