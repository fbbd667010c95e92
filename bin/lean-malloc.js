/** Memory settings that glibc reads only when a process starts. Effect: replaces the process, once. */

/**
 * After a burst glibc keeps what was freed, in one arena for each thread and below whatever still lives at the top of the heap: 50 MiB at 1,500
 * applications (measured). With these settings larger blocks are mapped on their own and given back when they are freed.
 */
const settings = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '131072',
}

/** What stays: it rests far longer than it works. A command that answers and ends must not pay for a second start (30 ms). */
function staysRunning(args) {
  if (args.includes('--help') || args.includes('-h')) return false
  return args[0] === 'sandbox' || (args[0] === 'up' && !args.includes('--once'))
}

/** Starts this process anew, in place, with the settings, unless they (or anybody's own) are there already. Returns when it need not. */
export function restartWithLeanMalloc(args) {
  if (process.platform !== 'linux' || !staysRunning(args)) return
  if (Object.keys(settings).some((name) => name in process.env) || typeof process.execve !== 'function') return
  process.execve(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], {
    ...process.env,
    ...settings,
  })
}
