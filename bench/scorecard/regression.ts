/** Logistic regression by Newton's method with a small ridge penalty (not on the intercept, which is the first coefficient). */
export function fitLogistic(rows: number[][], outcomes: number[], ridge: number): number[] {
  const width = rows[0]?.length ?? 0;
  let coefficients = new Array<number>(width).fill(0);
  for (let round = 0; round < 30; round += 1) {
    const { gradient, curvature } = derivatives(rows, outcomes, coefficients, ridge);
    const step = solve(curvature, gradient);
    coefficients = coefficients.map((value, index) => value + at(step, index));
    if (Math.max(...step.map(Math.abs)) < 1e-9) return coefficients;
  }
  throw new Error('the regression did not settle');
}

function derivatives(rows: number[][], outcomes: number[], coefficients: number[], ridge: number): { gradient: number[]; curvature: number[][] } {
  const width = coefficients.length;
  const gradient = coefficients.map((value, index) => (index === 0 ? 0 : -ridge * value));
  const curvature = Array.from({ length: width }, (_, i) => Array.from({ length: width }, (_, j) => (i === j && i > 0 ? ridge : 0)));
  rows.forEach((row, index) => {
    const predicted = 1 / (1 + Math.exp(-row.reduce((sum, value, j) => sum + value * at(coefficients, j), 0)));
    const weight = predicted * (1 - predicted);
    row.forEach((value, j) => {
      gradient[j] = at(gradient, j) + (at(outcomes, index) - predicted) * value;
      const line = curvature[j] ?? [];
      row.forEach((other, k) => { line[k] = at(line, k) + weight * value * other; });
    });
  });
  return { gradient, curvature };
}

/** Gauss and Jordan's elimination, the largest pivot first. */
function solve(matrix: number[][], right: number[]): number[] {
  const lines = matrix.map((line, index) => [...line, at(right, index)]);
  const size = right.length;
  for (let pivot = 0; pivot < size; pivot += 1) {
    const below = lines.slice(pivot).sort((a, b) => Math.abs(at(b, pivot)) - Math.abs(at(a, pivot)));
    lines.splice(pivot, below.length, ...below);
    const line = lines[pivot] ?? [];
    for (const other of lines.filter((each) => each !== line)) {
      const factor = at(other, pivot) / at(line, pivot);
      for (let column = pivot; column <= size; column += 1) other[column] = at(other, column) - factor * at(line, column);
    }
  }
  return lines.map((line, index) => at(line, size) / at(line, index));
}

function at(values: number[], index: number): number {
  return values[index] ?? 0;
}
