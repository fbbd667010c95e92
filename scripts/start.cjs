/** `npm start`: installs when needed, then `halcyon up` with the arguments given, on the demo when they name no repository. Any Node >= 18. */
'use strict'
const { spawn } = require('node:child_process')
const { existsSync } = require('node:fs')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
const node24 = require('../bin/node24.cjs')
const { ensureInstalled } = require('./install.cjs')

const root = join(__dirname, '..')

/** A cluster of one's own without a repository is a mistake, not a wish for the demo: `up` says so. */
function upArguments(given) {
  const names = new Set(given.map((argument) => argument.split('=')[0]))
  const own = ['--repo', '--kubeconfig', '--context', '--demo'].some((option) => names.has(option))
  return ['up', ...(own ? [] : ['--demo']), ...given]
}

/** The first start after an installation compiles apart. That it fails does not matter: the program compiles for itself then. */
function warmUp() {
  const node = node24.findNode24(root)
  if (node === undefined || existsSync(join(root, 'node_modules', '.cache', 'halcyon'))) return Promise.resolve()
  return new Promise((resolve) => {
    const child = spawn(node, [join(__dirname, 'warm.mjs')], { stdio: 'ignore' })
    child.on('error', resolve)
    child.on('close', resolve)
  })
}

async function main() {
  await ensureInstalled(root)
  await warmUp()
  const program = join(root, 'bin', 'halcyon.js')
  process.argv = [process.argv[0], program, ...upArguments(process.argv.slice(2))]
  await import(pathToFileURL(program).href)
}

main().catch((error) => {
  console.error(error.message.startsWith('Cannot ') ? error.message : error.stack)
  process.exitCode = 2
})
