/** `npm test`: installs when needed, then runs all tests (arguments go to vitest). Any Node >= 18. */
'use strict'
const { runAndExit } = require('./run.cjs')

runAndExit('node_modules/vitest/vitest.mjs', ['run', ...process.argv.slice(2)])
