// Prints the commands of the CLI whose root folder is given, and their flags, as
// the CLI itself loads them: with its own oclif.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = process.argv[2];
const { Config } = createRequire(join(root, 'package.json'))('@oclif/core');
const config = await Config.load(root);
console.log(JSON.stringify(config.commands.map(({ id, flags }) => ({ id, flags: Object.keys(flags) }))));
