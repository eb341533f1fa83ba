import type { GridReport } from '../app/grids.ts';

const GIBIBYTE = 1024 ** 3;

/** Grids as text for the terminal: one line per container. */
export function gridTable(reports: readonly GridReport[]): string {
  if (reports.length === 0) return 'no grid is up; start one with gridrun grid up\n';
  return reports.map(oneGrid).join('\n');
}

function oneGrid(report: GridReport): string {
  const { name, state, url, hub, nodes, slots, sessions, queue, ofRun } = report;
  const facts = [
    state,
    url,
    `${sessions}/${slots} slots busy`,
    `${queue} waiting`,
    ofRun ? 'started by a run' : '',
  ].filter(Boolean);
  const rows = [
    ['CONTAINER', 'STATE', 'SESSIONS', 'MEMORY', 'ADDRESS'],
    ...(hub === undefined ? [] : [[hub.name, hub.state, '', memory(hub.memory), url]]),
    ...nodes.map((node) => [
      node.name,
      `${node.state} ${node.availability}`,
      `${node.sessions}/${node.slots}`,
      memory(node.memory),
      node.uri,
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `grid '${name}': ${facts.join(', ')}\n${lines.join('\n')}\n`;
}

function memory(use: { readonly usedBytes: number; readonly limitBytes: number } | undefined): string {
  return use === undefined
    ? ''
    : `${(use.usedBytes / GIBIBYTE).toFixed(2)}/${(use.limitBytes / GIBIBYTE).toFixed(1)} GiB`;
}
