import type { ArgumentsCamelCase, Argv } from 'yargs';
import { loadConfig } from '../config/config-file.ts';
import { resolveOptions } from '../config/resolve-options.ts';
import type { Finding } from '../doctor/finding.ts';
import { DEFAULT_OUT, strictCommand, switchOption, valueOption, type AddCommand, type ExitWith } from './command.ts';

const MARKS: Readonly<Record<Finding['level'], string>> = { ok: '✓ ok     ', note: '- note   ', problem: '✗ problem' };

/** `gridrun doctor`: tries everything that a run with these flags needs, and says how to fix what does not work. */
export function doctorCommand(exitWith: ExitWith): AddCommand {
  return strictCommand({
    command: 'doctor',
    describe: 'Test what a run with these flags needs: Node, Chrome, Docker, grid, extension, disk, memory',
    builder: doctorOptions,
    handler: async (argv) => {
      const cwd = process.cwd();
      const { name: configName, settings } = await loadConfig(cwd, argv.config);
      const options = resolveOptions({ cwd, flags: runFlags(argv), configName, config: settings, env: process.env });
      const findings: Finding[] = [];
      const { examine } = await import('../app/doctor.ts');
      for await (const finding of examine(options)) {
        findings.push(finding);
        if (argv.json !== true) process.stdout.write(lineOf(finding));
      }
      if (argv.json === true) process.stdout.write(`${JSON.stringify(findings, undefined, 2)}\n`);
      if (findings.some(({ level }) => level === 'problem')) exitWith(1);
    },
  });
}

function doctorOptions(yargs: Argv) {
  return yargs
    .option('grid', valueOption('local|docker|url', 'Location of the browsers', '$SELENIUM_REMOTE_URL, else local'))
    .option('sessions', {
      ...valueOption('n|auto', 'Maximum sessions at once, to test if the memory is enough', 'auto'),
      alias: 'j',
    })
    .option('extension', valueOption('dir|zip|crx', 'Manifest V3 extension, to test if it loads', 'none'))
    .option('control', valueOption('none|dir|zip|crx', 'Another build of it, or none', 'off'))
    .option('capabilities', valueOption('json|file', 'W3C capabilities to add, as for a run', 'none'))
    .option('chrome', valueOption('auto|shell|full', 'Chrome of this machine to test', 'full'))
    .option('headed', switchOption('Show the browser window'))
    .option('out', valueOption('dir', 'Results folder, to test if its disk has room', DEFAULT_OUT))
    .option('config', valueOption('file', 'Config file to read', 'gridrun.config.{ts,mjs,js,json}'))
    .option('json', switchOption('Print JSON'))
    .example('$0 doctor --grid http://hub:4444 --extension ./dist', 'test what a run on that grid needs')
    .epilogue('Exit codes: 0 everything works · 1 a test failed');
}

type DoctorArguments = ReturnType<typeof doctorOptions> extends Argv<infer Args> ? ArgumentsCamelCase<Args> : never;

/** The flags that are settings of a run, by config key. */
function runFlags(argv: DoctorArguments): Readonly<Record<string, unknown>> {
  const { grid, sessions, extension, control, capabilities, chrome, headed, out } = argv;
  return { grid, sessions, extension, control, capabilities, chrome, headed, out };
}

function lineOf({ name, level, text, fix }: Finding): string {
  const plain = (line: string): string => line.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ');
  const todo = fix === undefined || level === 'ok' ? '' : `${' '.repeat(21)}→ ${plain(fix)}\n`;
  return `${MARKS[level]} ${name.padEnd(10)} ${plain(text)}\n${todo}`;
}
