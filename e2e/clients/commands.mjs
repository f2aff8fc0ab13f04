// Prints the commands of the CLI whose root folder is given, and their flags, as
// the CLI itself loads them.
import { Config } from '@oclif/core';

const config = await Config.load(process.argv[2]);
console.log(JSON.stringify(config.commands.map(({ id, flags }) => ({ id, flags: Object.keys(flags) }))));
