/** Runs a program of this project with Node 24, installing first when needed: `node scripts/run.cjs FILE [arguments]`. Any Node >= 18. */
'use strict'
const { join, resolve } = require('node:path')
const node24 = require('../bin/node24.cjs')
const { ensureInstalled } = require('./install.cjs')

const root = join(__dirname, '..')

/** Resolves with the exit code of the program; `file` is relative to the project. */
async function run(file, args) {
  await ensureInstalled(root)
  const node = node24.findNode24(root)
  if (node === undefined) throw new Error(node24.noNode24)
  return node24.runNode24(node, [resolve(root, file), ...args], { root, cwd: root })
}

/** Runs and ends this process with the outcome. */
function runAndExit(file, args) {
  run(file, args).then(
    (code) => {
      process.exitCode = code
    },
    (error) => {
      console.error(error.message.startsWith('Cannot ') ? error.message : error.stack)
      process.exitCode = 2
    },
  )
}

module.exports = { run, runAndExit }

if (require.main === module) {
  const [file, ...args] = process.argv.slice(2)
  if (file === undefined) {
    console.error('Cannot run a script: give a file, for example: node scripts/run.cjs scripts/check.ts')
    process.exitCode = 2
  } else {
    runAndExit(file, args)
  }
}
