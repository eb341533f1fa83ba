import type { CommandModule } from 'yargs';
import { loadConfig } from '../config/config-file.ts';
import { resolveOptions } from '../config/resolve-options.ts';
import type { Finding } from '../doctor/finding.ts';
import type { ExitWith } from './run-command.ts';

const MARKS: Readonly<Record<Finding['level'], string>> = { ok: '✓ ok     ', note: '- note   ', problem: '✗ problem' };

/** The flags of a run that change what it needs. */
const FLAGS = ['grid', 'sessions', 'extension', 'control', 'capabilities', 'out'] as const;

/** `gridrun doctor`: does all work that a run with these flags needs, and what to do where it does not. */
export function doctorCommand(exitWith: ExitWith): CommandModule {
  return {
    command: 'doctor',
    describe:
      'Try what a run with these flags needs: Node, Chrome and its driver, Docker, grid, websocket, extension, disk, memory',
    builder: (yargs) =>
      yargs
        .option('grid', { type: 'string', describe: 'local, docker, or a URL [SELENIUM_REMOTE_URL, else local]' })
        .option('sessions', { alias: 'j', type: 'string', describe: 'Most sessions at once, for the memory' })
        .option('extension', { type: 'string', describe: 'A folder, zip or crx: does it load?' })
        .option('control', { type: 'string', describe: 'Another build of it, or none' })
        .option('capabilities', { type: 'string', describe: 'Capabilities to add, as for a run' })
        .option('headed', { type: 'boolean', describe: 'With a window' })
        .option('out', { type: 'string', describe: 'The results folder, for the disk' })
        .option('config', { type: 'string', describe: 'The config to read' })
        .option('json', { type: 'boolean', default: false, describe: 'For scripts: an array of findings' })
        .example('$0 doctor --grid http://hub:4444 --extension ./dist', 'what a sweep on that grid needs')
        .epilogue('Exit codes: 0 all will work · 1 something will not'),
    handler: async (argv) => {
      const cwd = process.cwd();
      const config = await loadConfig(cwd, argv['config'] as string | undefined);
      const given = Object.fromEntries(FLAGS.flatMap((name) => (argv[name] === undefined ? [] : [[name, argv[name]]])));
      const headed = argv['headed'] === undefined ? {} : { headed: argv['headed'] };
      const flags = { ...given, ...headed };
      const options = resolveOptions({
        cwd,
        flags,
        configName: config.name,
        config: config.settings,
        env: process.env,
      });
      const findings: Finding[] = [];
      const { examine } = await import('../app/doctor.ts');
      for await (const finding of examine(options)) {
        findings.push(finding);
        if (argv['json'] !== true) process.stdout.write(lineOf(finding));
      }
      if (argv['json'] === true) process.stdout.write(`${JSON.stringify(findings, undefined, 2)}\n`);
      if (findings.some(({ level }) => level === 'problem')) exitWith(1);
    },
  };
}

function lineOf({ name, level, text, fix }: Finding): string {
  const plain = (said: string): string => said.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ');
  return `${MARKS[level]} ${name.padEnd(10)} ${plain(text)}\n${fix === undefined || level === 'ok' ? '' : `${' '.repeat(21)}→ ${plain(fix)}\n`}`;
}
