import { assessSuitability, mayFundGrade, suitabilityQuestions, type SuitabilityAnswers } from './suitability.js';

const cautious = Object.fromEntries(suitabilityQuestions.map((question) => [question.id, question.answers[0]!.value])) as SuitabilityAnswers;
const bold = Object.fromEntries(suitabilityQuestions.map((question) => [question.id, question.answers.at(-1)!.value])) as SuitabilityAnswers;

describe("a lender's suitability", () => {
  it('runs from C1 for the most cautious answers to C5 for the boldest', () => {
    expect(assessSuitability(cautious)).toMatchObject({ grade: 'C1' });
    expect(assessSuitability(bold)).toMatchObject({ grade: 'C5' });
  });
  it('is C1 for anybody whom a loss would put in difficulty, however bold otherwise', () => {
    expect(assessSuitability({ ...bold, tolerance: 'hardship' })).toMatchObject({ grade: 'C1' });
  });
  it('never falls when one answer becomes bolder', () => {
    for (const question of suitabilityQuestions) {
      const points = question.answers.map((answer) => {
        const result = assessSuitability({ ...cautious, [question.id]: answer.value });
        return 'points' in result ? result.points : Number.NaN;
      });
      expect(points).toEqual([...points].sort((a, b) => a - b));
    }
  });
  it('names the questions that were not answered, or not with an offered answer', () => {
    expect(assessSuitability({ ...bold, age: 'eternal', finances: undefined })).toEqual({ refused: 'unanswered', questions: ['age', 'finances'] });
  });
  it('lets the cautious fund only the best loans', () => {
    expect([mayFundGrade('C1', 'A'), mayFundGrade('C1', 'B'), mayFundGrade('C5', 'F'), mayFundGrade('C3', 'D'), mayFundGrade('C3', 'E')]).toEqual([true, false, true, true, false]);
  });
});
