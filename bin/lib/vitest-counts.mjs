// Prints `PASSED FAILED SKIPPED` of a vitest report; a report that is missing or empty counts as one failure.
import { readFileSync } from 'node:fs'

try {
  const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
  const failed = report.numFailedTests || (report.success && report.numTotalTests > 0 ? 0 : 1)
  console.log(report.numPassedTests, failed, (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0))
} catch {
  console.log(0, 1, 0)
}
