#pragma once

#include <cstddef>

#include "sync/base/secret.h"
#include "sync/model/file.h"
#include "sync/render/files.h"
#include "sync/render/render.h"

namespace belfry::render {

enum class NoticeForm {
  linked,
  plain,  ///< where links would fill the post
};

/// A line that names a file which the post does not carry, with a link to where it can be seen.
[[nodiscard]] Content file_notice(const FileReference& file, const RenderContext& context,
                                  NoticeForm form);

/// The line with the reason behind it.
[[nodiscard]] Content notice_with_reason(const Content& notice, FileTrouble why,
                                         const Phrases& phrases);

/// Runes that a line takes at most with a reason in any language and what parts it from the rest.
[[nodiscard]] std::size_t runes_of_notice(const Content& notice);

/// `text` with a line below.
[[nodiscard]] Content with_notice(const Content& text, const Content& notice);

}  // namespace belfry::render
