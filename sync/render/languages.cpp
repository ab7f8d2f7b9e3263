#include "sync/render/languages.h"

#include <array>

namespace belfry::render {
namespace {

constexpr std::string_view k_english = R"(
# {sender} is a name in bold, {count} a number, {topic} the name of a chat.
messaged = {sender} messaged you
messaged_and_one = {sender} messaged you and 1 other
messaged_and_others = {sender} messaged you and {count} others
somebody = Somebody
an_app = An app
chat = Teams chat
chat_about = Teams chat: {topic}
important = Important
urgent = Urgent
# {when} is what `time` says, behind what `date` says for another day.
sent = sent {when}
date = {month} {day}
time = {hour}:{minute}
months = Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
edited = edited
deleted = This message was deleted in Teams.
older_message = 1 older message
older_messages = {count} older messages
continued = Continue in Teams
blocked = This message was blocked by a policy of your organisation.
picture = picture
picture_named = picture: {name}
file = file
attachment = attachment
card = card
code_snippet = code snippet
voice_message = voice message
video = video
meeting = meeting
tab = tab
shared_component = shared component
reply_to = In reply to {sender}
forwarded = Forwarded
forwarded_from = Forwarded from {sender}
see_in_teams = see in Teams
# Why a post goes without a file; stands in brackets behind its name.
file_no_access = you have no access to it
file_gone = it is no longer there
file_blocked = it is locked or held to be harmful
file_folder = it is a folder
file_too_large = it is too large
file_empty = it is empty
file_unreachable = it could not be fetched
file_refused = it could not be attached
)";

constexpr std::string_view k_german = R"(
messaged = {sender} hat Ihnen geschrieben
messaged_and_one = {sender} hat Ihnen und 1 weiteren Person geschrieben
messaged_and_others = {sender} hat Ihnen und {count} weiteren geschrieben
somebody = Jemand
an_app = Eine App
chat = Teams-Chat
chat_about = Teams-Chat: {topic}
important = Wichtig
urgent = Dringend
sent = gesendet {when}
date = {day}. {month}
time = {hour}:{minute}
months = Jan. Feb. März Apr. Mai Juni Juli Aug. Sep. Okt. Nov. Dez.
edited = bearbeitet
deleted = Diese Nachricht wurde in Teams gelöscht.
older_message = 1 ältere Nachricht
older_messages = {count} ältere Nachrichten
continued = In Teams weiterlesen
blocked = Diese Nachricht wurde durch eine Richtlinie Ihrer Organisation gesperrt.
picture = Bild
picture_named = Bild: {name}
file = Datei
attachment = Anhang
card = Karte
code_snippet = Codeausschnitt
voice_message = Sprachnachricht
video = Video
meeting = Besprechung
tab = Registerkarte
shared_component = gemeinsame Komponente
reply_to = Antwort an {sender}
forwarded = Weitergeleitet
forwarded_from = Weitergeleitet von {sender}
see_in_teams = in Teams ansehen
file_no_access = Sie haben keinen Zugriff darauf
file_gone = nicht mehr vorhanden
file_blocked = gesperrt oder als schädlich eingestuft
file_folder = es ist ein Ordner
file_too_large = zu groß
file_empty = leer
file_unreachable = konnte nicht abgerufen werden
file_refused = konnte nicht angehängt werden
)";

constexpr std::string_view k_french = R"(
messaged = {sender} vous a écrit
messaged_and_one = {sender} vous a écrit, ainsi qu’à 1 autre personne
messaged_and_others = {sender} vous a écrit, ainsi qu’à {count} autres personnes
somebody = Quelqu’un
an_app = Une application
chat = Conversation Teams
chat_about = Conversation Teams : {topic}
important = Important
urgent = Urgent
sent = envoyé {when}
date = {day} {month}
time = {hour}:{minute}
months = janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.
edited = modifié
deleted = Ce message a été supprimé dans Teams.
older_message = 1 message plus ancien
older_messages = {count} messages plus anciens
continued = Lire la suite dans Teams
blocked = Ce message a été bloqué par une règle de votre organisation.
picture = image
picture_named = image : {name}
file = fichier
attachment = pièce jointe
card = carte
code_snippet = extrait de code
voice_message = message vocal
video = vidéo
meeting = réunion
tab = onglet
shared_component = composant partagé
reply_to = En réponse à {sender}
forwarded = Transféré
forwarded_from = Transféré de {sender}
see_in_teams = voir dans Teams
file_no_access = vous n’y avez pas accès
file_gone = n’existe plus
file_blocked = verrouillé ou jugé dangereux
file_folder = c’est un dossier
file_too_large = trop volumineux
file_empty = vide
file_unreachable = n’a pas pu être récupéré
file_refused = n’a pas pu être joint
)";

constexpr std::string_view k_spanish = R"(
messaged = {sender} le ha escrito
messaged_and_one = {sender} le ha escrito a usted y a 1 persona más
messaged_and_others = {sender} le ha escrito a usted y a {count} personas más
somebody = Alguien
an_app = Una aplicación
chat = Chat de Teams
chat_about = Chat de Teams: {topic}
important = Importante
urgent = Urgente
sent = enviado {when}
date = {day} {month}
time = {hour}:{minute}
months = ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic.
edited = editado
deleted = Este mensaje se ha eliminado en Teams.
older_message = 1 mensaje anterior
older_messages = {count} mensajes anteriores
continued = Seguir leyendo en Teams
blocked = Este mensaje ha sido bloqueado por una directiva de su organización.
picture = imagen
picture_named = imagen: {name}
file = archivo
attachment = archivo adjunto
card = tarjeta
code_snippet = fragmento de código
voice_message = mensaje de voz
video = vídeo
meeting = reunión
tab = pestaña
shared_component = componente compartido
reply_to = En respuesta a {sender}
forwarded = Reenviado
forwarded_from = Reenviado de {sender}
see_in_teams = ver en Teams
file_no_access = no tiene acceso
file_gone = ya no existe
file_blocked = bloqueado o considerado peligroso
file_folder = es una carpeta
file_too_large = demasiado grande
file_empty = vacío
file_unreachable = no se ha podido obtener
file_refused = no se ha podido adjuntar
)";

constexpr std::string_view k_japanese = R"(
messaged = {sender} さんからメッセージが届きました
messaged_and_one = {sender} さんからあなたと他 1 人にメッセージが届きました
messaged_and_others = {sender} さんからあなたと他 {count} 人にメッセージが届きました
somebody = 不明な送信者
an_app = アプリ
chat = Teams チャット
chat_about = Teams チャット: {topic}
important = 重要
urgent = 緊急
sent = 送信 {when}
date = {month}{day}日
time = {hour}:{minute}
months = 1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月
edited = 編集済み
deleted = このメッセージは Teams で削除されました。
older_message = 以前のメッセージ 1 件
older_messages = 以前のメッセージ {count} 件
continued = 続きは Teams で
blocked = このメッセージは組織のポリシーによりブロックされました。
picture = 画像
picture_named = 画像: {name}
file = ファイル
attachment = 添付
card = カード
code_snippet = コード スニペット
voice_message = 音声メッセージ
video = ビデオ
meeting = 会議
tab = タブ
shared_component = 共有コンポーネント
reply_to = {sender} さんへの返信
forwarded = 転送
forwarded_from = {sender} さんから転送
see_in_teams = Teams で見る
file_no_access = アクセス権がありません
file_gone = 存在しません
file_blocked = ロックされているか、有害と判定されました
file_folder = フォルダーです
file_too_large = サイズが大きすぎます
file_empty = 空です
file_unreachable = 取得できませんでした
file_refused = 添付できませんでした
)";

constexpr std::array<BuiltInLanguage, 5> k_languages = {
    {{"en", k_english}, {"de", k_german}, {"fr", k_french}, {"es", k_spanish}, {"ja", k_japanese}}};

}  // namespace

std::span<const BuiltInLanguage> built_in_languages() {
  return k_languages;
}

}  // namespace belfry::render
