"""Russian words of running services and companies, with what English documents call them.

Sentence embeddings join the two languages loosely; the words of a trade they hardly know. Questions
in Russian about runbooks in English are everyday work here, so the commonest words are written
down, in their dictionary form. A word with several meanings lists each: what is not in the
documents finds nothing and costs nothing.
"""

from collections.abc import Mapping

ENTRIES = """
авария: outage incident failure emergency; автоматически: automatically automatic; авторизация:
authorization authorize; агент: agent; адрес: address; аккаунт: account; активный: active; алерт:
alert; аренда: lease rent; архив: archive; атака: attack; аутентификация: authentication
authenticate; база: database base; баланс: balance; балансировщик: balancer; безопасность:
security; белый: white allow; билет: ticket; блок: block; блокировка: lock block; больничный:
sick; большой: large big high; бот: bot; брандмауэр: firewall; буфер: buffer; быстро: fast
quickly; бюджет: budget; веб: web; вебхук: webhook; вернуть: return revert refund; версия:
version; верхний: upper; взлом: breach hack; виджет: widget; виртуальный: virtual; вирус: virus
malware; включить: enable on; владелец: owner; внешний: external; внутренний: internal; возврат:
refund return; возможный: possible; воркер: worker; временный: temporary; время: time clock;
всегда: always; встреча: meeting; вторжение: intrusion; вход: login input sign; выбор: election
choice; выборы: election; вывод: output withdrawal; выделить: allocate; вызов: call; выключить:
disable off shutdown; выполнение: execution run; выполнить: run execute perform; высокий: high;
выход: output exit; вычисление: evaluation calculation compute; вычислять: evaluate calculate
compute; гарантия: warranty guarantee; графана: grafana; график: schedule graph chart; группа:
group; дамп: dump; данные: data; дата: date; дашборд: dashboard; деградировать: degraded;
дежурный: oncall duty; дежурство: oncall rotation shift; действие: action; делать: do; деплой:
deploy deployment; дескриптор: descriptor; джоба: job; диагностика: diagnosis diagnose
troubleshoot; диагностировать: diagnose troubleshoot; диапазон: range; диск: disk drive
filesystem; длительность: duration; добавить: add; договор: contract agreement; документ:
document; документация: documentation; долго: long slow; доля: share percentage ratio fraction;
домен: domain; доставка: delivery; доступ: access; доступный: available accessible; дубликат:
duplicate; жалоба: complaint; журнал: log journal; завершить: finish terminate complete;
завершиться: fail finish end; зависимость: dependency; зависнуть: hang stuck freeze; загрузить:
load upload download; загрузка: load upload utilization boot; задание: job task; задача: task job;
задержка: delay latency lag; заказ: order; заканчиваться: out exhausted run; закончиться: out
exhausted run; закрыть: close; замена: replacement replace; заменить: replace swap; занятый: busy
used; занять: occupy use; запас: reserve; записать: write record; запись: write record entry;
заполнение: fill full; заполнить: fill full; заполняться: fill full; запрет: deny forbid;
запретить: deny forbid; запрос: request query; запуск: start launch; запустить: start run launch;
зарплата: salary payroll; защита: protection; здоровый: healthy; значение: value; зона: zone
region; избыточный: redundant; изменение: change modification; изменить: change modify; имя: name;
индекс: index; инстанс: instance; инструкция: instruction runbook guide; интеграция: integration;
интерфейс: interface; инцидент: incident; исключение: exception; исправить: fix repair; источник:
source; исчерпать: exhausted; канал: channel link; карта: card; каталог: directory catalog; кафка:
kafka; кворум: quorum majority; квота: quota; кеш: cache; класс: class; кластер: cluster; клиент:
client customer; ключ: key; кнопка: button; код: code; количество: number amount count; команда:
command team; комиссия: fee commission; компания: company; компонент: component; коннект:
connection; консоль: console; контейнер: container; контекст: context; контроллер: controller;
контроль: control; конфигурация: config configuration; конфликт: conflict; копировать: copy;
копия: copy backup replica; корень: root; кошелёк: wallet; крон: cron schedule; кубер: kubernetes;
кэш: cache; лидер: leader; лимит: limit; лист: sheet; лицензия: license; лог: log; логин: login;
манифест: manifest; маршрут: route; маршрутизатор: router; массив: array; масштабировать: scale;
медленно: slow; медленный: slow; менеджер: manager; место: space room; метка: label tag mark
timestamp; метрика: metric; мигание: flapping; миграция: migration; модель: model; монитор:
monitor; мониторинг: monitoring; мост: bridge; мощность: power capacity; нагрузка: load; надёжный:
reliable; назначение: destination; налог: tax; настроить: configure setup; настройка: setting
configuration setup; неверный: wrong incorrect invalid; недоступность: unavailability downtime
outage; недоступный: unavailable unreachable down; неисправный: faulty broken failed; неймспейс:
namespace; неправильный: wrong incorrect invalid bad; несколько: several multiple;
несогласованный: inconsistent; нестабильный: unstable flapping; нехватка: shortage lack
insufficient; низкий: low; новый: new; нода: node; номер: number; ночь: night; область: area scope
region; обновить: update upgrade refresh renew; обновление: update upgrade; оборудование: hardware
equipment; обработать: process handle; обработка: processing handling; обслуживание: maintenance
service; обучение: training; объект: object; объём: volume size amount; ограничение: limit
restriction throttle; одинаковый: same duplicate identical; ожидание: wait waiting timeout; окно:
window; окружение: environment; оперативный: memory; оператор: operator; операция: operation;
оплата: payment pay; опрашивать: scrape poll; опрос: scrape poll; осталось: left remaining;
останется: left remain; остановить: stop; остаться: left remain; отбросить: drop discard; ответ:
response answer reply; ответственный: responsible owner; отвечать: respond answer; отдел:
department; отказ: failure failover refusal; откат: rollback revert; откатить: rollback revert;
отклонить: reject; отключение: shutdown disconnect; отключить: disable disconnect; открыть: open;
отмена: cancel; отметка: mark; отправить: send transmit submit; отправка: send sending transmit;
отправлять: send transmit; отпуск: vacation leave holiday; отставание: lag behind; отставать:
behind lag; отстать: behind lag; отстаёт: behind lag; отсутствие: missing absence; отсутствовать:
missing absent; отсчёт: sample; отчёт: report; офис: office; официальный: official; очередь:
queue; очистить: clean clear purge; ошибка: error fail failure; падать: fall down crash fail;
падение: crash fall outage; пакет: packet package; память: memory; папка: folder directory;
параметр: parameter option; пароль: password; перегрузка: overload; передавать: send transmit
transfer; передать: send transfer transmit; передача: transfer transmission transmit;
перезагрузить: reload reboot restart; перезагрузка: reload reboot restart; перезапуск: restart
crashloop; перезапускаться: restart crashloop; перезапустить: restart; переключение: switch
switchover failover; переключить: switch failover; переменная: variable; переполнен: overflow
full; переполнение: overflow full; переполнить: overflow full; перерасход: overuse overspend;
перечитать: reload reread; период: period; план: plan; платёж: payment; повредить: corrupt damage;
повреждение: corruption damage; повтор: retry repeat; повторить: retry repeat; подозрительный:
suspicious; подписка: subscription; подписчик: subscriber; подтвердить: confirm acknowledge;
подтверждение: confirmation acknowledgment; поды: pods; поиск: search lookup find; покупка:
purchase; политика: policy; полный: full complete; половина: half; пользователь: user; помощь:
help; порог: threshold; порт: port; портал: portal; порядок: order procedure; последний: last
latest; последствие: impact consequence; поставщик: provider vendor supplier; постгрес: postgresql
postgres; потеря: loss; потерять: lose; поток: stream thread flow; потребление: consumption usage;
потребовать: require; почта: mail email; почти: almost nearly; правило: rule; правка: edit change;
право: permission right; превысить: exceed; превышен: exceed; превышение: exceed excess; предел:
limit; предсказать: predict; предупреждение: warning alert; премия: bonus; прервать: interrupt
abort; приложение: application app; принимать: receive accept ingest; принять: receive accept;
приоритет: priority; причина: cause reason; приём: receive; проверить: check verify; проверка:
check verification; прогноз: prediction forecast predict; прод: production; продукт: product;
производительность: performance; происходить: happen; прокси: proxy; прометей: prometheus;
пропуск: miss gap; пропускать: miss skip; пропускной: bandwidth throughput; пропустить: miss skip;
пространство: space namespace; протокол: protocol; процент: percent percentage; процесс: process;
процессор: cpu processor; прочитать: read; пул: pool; путь: path; работа: work job; работать: work
run; работник: worker employee; развернуть: deploy; развёртывание: deployment deploy; раздел:
partition section; различный: different; размер: size; разный: different inconsistent; разрешение:
permission resolution; разрешить: allow resolve permit; разрыв: disconnect gap; раскатать: deploy
rollout; расписание: schedule; распределить: distribute; расход: cost expense usage; расхождение:
skew drift mismatch difference; расширить: expand extend enlarge; регион: region; редис: redis;
реестр: registry; режим: mode; резерв: reserve backup; резервный: backup standby spare; релиз:
release; реплика: replica; репликация: replication; репозиторий: repository; ресурс: resource;
ретрай: retry; решение: solution resolution; роль: role; рост: growth increase; роутер: router;
руководитель: manager head; сбой: failure fault outage; сбор: collection scrape; сборка: build;
сведения: information details; свободный: free available; связь: connection link; сегмент:
segment; секрет: secret; секунда: second; сервер: server host; сервис: service; сертификат:
certificate; сессия: session; сетевой: network; сеть: network; сжатие: compaction compression;
сжать: compact compress; сигнал: signal alert; синхронизация: sync synchronization synchronize;
синхронизировать: sync synchronize; система: system; скачать: download; скидка: discount; склад:
warehouse; скоро: soon; скорость: speed rate; скрипт: script; слабый: weak; слишком: too; служба:
service daemon; случай: case; смена: shift change; смог: fail; смочь: fail; снапшот: snapshot;
снизить: reduce decrease; снимок: snapshot; собирать: collect scrape ingest gather; собрание:
meeting; собрать: collect build; событие: event; совпадать: match; согласовать: approve agree;
соединение: connection; создание: creation create; создать: create; сообщение: message; состояние:
state status; сотрудник: employee staff; сохранить: save store keep; спецификация: spec
specification; список: list; справка: help reference; срабатывать: fire trigger; сработать: fire
trigger; среда: environment; срок: term deadline expiry; ссылка: link; стандартный: standard
default; статус: status; стек: stack; стенд: environment staging; стоимость: cost price; строка:
row line string; структура: structure; сумма: amount sum; существовать: exist; счёт: account
invoice bill; счётчик: counter; таблица: table; таймаут: timeout; таргет: target; тариф: plan rate
pricing; текст: text; текстовый: text textfile; температура: temperature; терять: lose; тест:
test; техподдержка: support; тип: type; токен: token; топик: topic; точка: point; транзакция:
transaction; трафик: traffic; требование: requirement; тревога: alarm alert; триггер: trigger;
уведомление: notification alert; увеличение: increase growth; увеличить: increase enlarge raise;
увольнение: termination dismissal; удаваться: fail; удалить: delete remove; удалённый: remote
deleted; удаться: fail; узел: node host; управление: management control; уровень: level; ускорить:
accelerate; условие: condition; установить: install set establish; установка: installation setup;
устаревший: stale outdated deprecated; устройство: device; утечка: leak; утечь: leak; участник:
member participant; файл: file; файловый: file filesystem; фишинг: phishing; флапать: flapping;
фоновый: background; форма: form; формат: format; фрагментация: fragmentation defragmentation;
функция: function; хватать: enough insufficient; хеш: hash; хост: host; хранение: storage
retention; хранилище: storage store; хранить: store keep; цель: target goal; цена: price; центр:
center; цепочка: chain; чарт: chart; час: hour; частый: frequent often; часть: part some; часы:
clock; чат: chat; чинить: fix repair mitigate; число: number; читать: read; чтение: read; шард:
shard; шина: bus; шифр: cipher encryption; шифрование: encryption; шлюз: gateway; экземпляр:
instance replica; экран: screen; экспорт: export; элемент: item element; эндпоинт: endpoint;
эскалация: escalation escalate; этаж: floor; ядро: kernel core; язык: language
"""


def parse(entries: str) -> Mapping[str, tuple[str, ...]]:
    """Each word with its translations, as they are written."""
    pairs = (entry.split(":", 1) for entry in entries.split(";"))
    return {word.strip(): tuple(meanings.split()) for word, meanings in pairs}
