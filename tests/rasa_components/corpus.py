"""A few plain messages, enough to train small models on."""

from __future__ import annotations

from collections.abc import Iterator

from bot.rasa_components.examples import Example

_MESSAGES = """
ask_cost ary-Latn
  wach fabor
  bch7al had lkhadamat
  wach khassni nkhles
  ch7al taman dyalha
  wach kolchi fabor
  wach kayn chi flous

ask_stop_date ary-Latn
  wa9tach jaya lina
  imta ghatji l douar
  fo9ach ghatdouz mn 3ndna
  wa9tach twsel
  imta jaya l9afila
  nhar achmn jaya

out_of_scope ary-Latn
  chkoun rbe7 lmatch
  kifach ntayeb tajine
  ch7al sa3a f tokyo
  3tini chi nokta
  chno tqs lyoum
  wach katfham f kora

ask_cost fr
  c'est gratuit
  combien ça coûte
  il faut payer quelque chose
  quel est le prix
  est-ce payant
  les frais sont de combien

ask_stop_date fr
  quand venez-vous chez nous
  la caravane passe quand
  à quelle date arrivez-vous
  vous venez quel jour
  quand arrive la caravane
  c'est quand votre passage

out_of_scope fr
  qui a gagné le match
  comment cuire un tajine
  quelle heure à tokyo
  raconte une blague
  quel temps fait-il
  tu aimes le football

ask_cost ary-Arab
  واش فابور
  بشحال هاد الخدمات
  واش خاصني نخلص
  شحال الثمن ديالها
  واش كلشي فابور
  واش كاين شي فلوس

ask_stop_date ary-Arab
  وقتاش جاية لينا
  امتا غاتجي للدوار
  فوقاش غادوز من عندنا
  وقتاش توصل
  امتى جاية القافلة
  نهار اشمن جاية

out_of_scope ary-Arab
  شكون ربح الماتش
  كيفاش نطيب الطاجين
  شحال الساعة فطوكيو
  عطيني شي نكتة
  شنو الطقس ليوم
  واش كتفهم فالكورة

ask_cost ar
  هل الخدمة مجانية
  كم تكلف هذه الخدمات
  هل يجب أن أدفع شيئا
  ما هو الثمن المطلوب
  هل كل شيء بالمجان
  ما مقدار الرسوم

ask_stop_date ar
  متى تأتي القافلة إلينا
  متى ستصل إلى جماعتنا
  في أي يوم ستمر القافلة
  ما موعد وصولكم
  متى يحين دورنا
  أي يوم ستزورنا القافلة

out_of_scope ar
  من فاز بالمباراة
  كيف أطبخ الطاجين
  كم الساعة في طوكيو
  احك لي نكتة
  كيف حال الطقس اليوم
  هل تحب كرة القدم
"""


def _examples() -> Iterator[Example]:
    intent = variety = ""
    for line in _MESSAGES.splitlines():
        if line.startswith("  "):
            yield Example(text=line.strip(), intent=intent, variety=variety)
        elif line:
            intent, variety = line.split()


EXAMPLES = tuple(_examples())
