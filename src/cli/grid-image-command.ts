import { strictCommand, valueOption, type AddCommand } from './command.ts';
import { gridCommands, onProgress } from './grid-access.ts';
import { interruptible } from './interruptible.ts';

/** `gridrun grid image`: the image of a grid, for docker-compose and other tools. */
export function gridImageCommand(): AddCommand {
  return strictCommand({
    command: 'image',
    describe: 'Build the image of a grid, unless the engine has it, and print its name',
    builder: (yargs) =>
      yargs
        .option('base', valueOption('image', 'Base of the image', 'debian:bookworm-slim'))
        .example('export GRIDRUN_IMAGE=$($0 grid image)', 'for docker-compose.grid.yml'),
    handler: async ({ base }) => {
      const grids = await gridCommands();
      const name = await interruptible(async (signal) => await grids.image({ base, signal, onProgress }));
      process.stdout.write(`${name}\n`);
    },
  });
}
