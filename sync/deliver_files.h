#pragma once

#include <optional>
#include <vector>

#include "sync/base/id.h"
#include "sync/base/secret.h"
#include "sync/model/delivery.h"
#include "sync/model/file.h"
#include "sync/render/phrases.h"

/// What a post says and carries once its files are settled, and what an edit or a deletion makes of
/// it. Pure.
namespace belfry::sync {

/// The planned text, and a line for each file that could not be had.
[[nodiscard]] Content text_of_post(const OutboxEntry& entry, const render::Catalogue& catalogue);

/// What was uploaded for the post and is not `attached` to it: Mattermost leaves out what it cannot
/// attach, without a word.
[[nodiscard]] std::vector<FileId> left_out_of(const OutboxEntry& entry,
                                              const std::vector<FileId>& attached);

/// The entry as the post shows it that carries only `attached`: what else was uploaded is missing.
[[nodiscard]] OutboxEntry as_posted(const OutboxEntry& entry, const std::vector<FileId>& attached);

/// The lines alone that name files which the post does without.
[[nodiscard]] Content notices_of(const OutboxEntry& entry, const render::Catalogue& catalogue);

/// In the message's order.
[[nodiscard]] std::vector<FileId> files_of_post(const OutboxEntry& entry);

/// For the record of the post: what an edit has to know.
[[nodiscard]] std::vector<DeliveredFile> delivered_files(const OutboxEntry& entry,
                                                         const render::Catalogue& catalogue);

/// An edited text for a post whose files stay as they are: names those again that it does without,
/// and those that only the edit brought.
[[nodiscard]] Content text_of_edit(const PlannedDelivery& edit,
                                   const std::vector<DeliveredFile>& shown);

/// Which files a post has to keep when it says what `change` tells: those that still belong to the
/// message, none where its text is hidden. None of a list: all that it carries, or nobody knows.
[[nodiscard]] std::optional<std::vector<FileId>> files_to_keep(const PlannedDelivery& change,
                                                               const Delivery& known);

/// What a post tells of files after it was given `change` and only those of files_to_keep().
[[nodiscard]] std::vector<DeliveredFile> files_left(const PlannedDelivery& change,
                                                    const Delivery& known);

}  // namespace belfry::sync
