import { Router } from 'express';
import { recordAcceptance } from '../../db/acceptances.js';
import { recordAct } from '../../db/acts.js';
import { recordAssessment } from '../../db/assessments.js';
import { inTransaction } from '../../db/pool.js';
import { addYears } from '../../domain/dates.js';
import { assessSuitability, suitabilityQuestions } from '../../domain/suitability.js';
import type { AreaDeps } from '../area.js';
import { Checkbox, Form, Radios, type FormErrors } from '../components/form.js';
import { Notice } from '../components/state.js';
import { acceptanceOf, documentNamed } from '../documents/texts.js';
import { requireRole } from '../guard.js';
import { Input } from '../input.js';
import { Layout, sendPage } from '../layout.js';
import { personOf, visitOf } from '../visit.js';

/** Risk notice and questionnaire: without both nobody lends (Interim Measures, Art. 26). */
export function suitabilityRouter({ pool }: AreaDeps): Router {
  const router = Router();
  const lender = requireRole('lender');

  router.get('/lender/risk-notice', lender, (_request, response) => { sendPage(response, <RiskNoticePage errors={{}} />); });
  router.post('/lender/risk-notice', lender, async (request, response) => {
    const input = new Input(request.body);
    input.mustTick('confirm', 'Tick the box when you have read the notice to its end.');
    if (!input.ok) return sendPage(response, <RiskNoticePage errors={input.errors} />, 422);
    await recordAcceptance(pool, personOf(response).id, acceptanceOf('lender-risk-notice'), new Date().toISOString());
    response.redirect(303, '/lender');
  });

  router.get('/lender/questionnaire', lender, (_request, response) => { sendPage(response, <QuestionnairePage typed={{}} errors={{}} />); });
  router.post('/lender/questionnaire', lender, async (request, response) => {
    const input = new Input(request.body);
    const result = assessSuitability(input.typed);
    if ('refused' in result) {
      const errors = Object.fromEntries(result.questions.map((id) => [id, 'Choose the answer that fits you best.']));
      return sendPage(response, <QuestionnairePage typed={input.typed} errors={errors} />, 422);
    }
    const [visit, person] = [visitOf(response), personOf(response)];
    const answers = Object.fromEntries(suitabilityQuestions.map(({ id }) => [id, input.typed[id] ?? '']));
    await inTransaction(pool, async (tx) => {
      await recordAssessment(tx, person.id, { answers, grade: result.grade, limitFen: result.limitFen, assessedAt: visit.asOf, validUntil: addYears(visit.today, 1) });
      await recordAct(tx, { actor: person.id, role: 'lender', verb: 'assess-suitability', subject: person.id, after: { grade: result.grade, limitFen: result.limitFen }, businessAt: visit.asOf });
    });
    response.redirect(303, '/lender');
  });
  return router;
}

function RiskNoticePage({ errors }: { errors: FormErrors }) {
  const notice = documentNamed('lender-risk-notice');
  return (
    <Layout title={notice.title}>
      {notice.text.split('\n').filter((line) => line !== '').map((line, index) => (line.startsWith('# ') ? <h2 key={index}>{line.slice(2)}</h2> : <p key={index}>{line}</p>))}
      <Form name="risk-notice" action="/lender/risk-notice" button="Confirm the risk notice" errors={errors}>
        <Checkbox name="confirm" errors={errors}>I have read this notice (version {notice.version}), and I know that I can lose what I lend.</Checkbox>
      </Form>
    </Layout>
  );
}

function QuestionnairePage({ typed, errors }: { typed: Record<string, string>; errors: FormErrors }) {
  return (
    <Layout title="What can you afford to lend?">
      <p>The law asks us to find out what risk suits you before you lend. Your answers make a grade from C1 to C5, which limits how much you may lend and to whom. It holds for a year; you may answer again at any time.</p>
      <Notice>Answer as things are. A higher grade lets you lend more and lose more.</Notice>
      <Form name="questionnaire" action="/lender/questionnaire" button="Record my answers" errors={errors}>
        {suitabilityQuestions.map((question) => (
          <Radios key={question.id} name={question.id} label={question.text} value={typed[question.id]} errors={errors} options={question.answers.map((answer) => ({ value: answer.value, text: answer.text }))} />
        ))}
      </Form>
    </Layout>
  );
}
